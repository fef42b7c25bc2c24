static char text[12];
static char good[12];

static void wipe(void)
{
    uint8_t i;

    for (i = 0; i < 12; i++)
        text[i] = '#';
}

static void same(uint8_t length)
{
    uint8_t i;

    for (i = 0; i < 12; i++)
        SIM_EXPECT((uint8_t)text[i], (uint8_t)(i < length ? good[i] : '#'));
}

/* What must stand there, counted up digit by digit; half: 0 for 24 hours, else the letter. */
static void make(uint8_t h, uint8_t m, char half)
{
    good[0] = good[3] = '0';
    while (h > 9) {
        h -= 10;
        good[0]++;
    }
    good[1] = (char)(48 + h);
    good[2] = HOLE_SEPARATOR;
    while (m > 9) {
        m -= 10;
        good[3]++;
    }
    good[4] = (char)(48 + m);
    good[5] = half ? ' ' : 0;
    good[6] = half;
    good[7] = 'M';
    good[8] = 0;
}

static void both(uint8_t h, uint8_t m)
{
    uint16_t at = h * 60u + m;
    uint8_t twelve = h;

    wipe();
    make(h, m, 0);
    SIM_EXPECT(time_format24(at, text), 1);
    same(6);
    SIM_EXPECT(time_parse24(good), at);
    SIM_EXPECT(time_parse12(good), HOLE_TIME_BAD);
    if (twelve > 12)
        twelve -= 12;
    if (twelve == 0)
        twelve = 12;
    wipe();
    make(twelve, m, h > 11 ? 'P' : 'A');
    SIM_EXPECT(time_format12(at, text), 1);
    same(9);
    SIM_EXPECT(time_parse12(good), at);
    SIM_EXPECT(time_parse24(good), HOLE_TIME_BAD);
}

static void refused(uint16_t at)
{
    wipe();
    SIM_EXPECT(time_format24(at, text), 0);
    same(0);
    SIM_EXPECT(time_format12(at, text), 0);
    same(0);
}

/* One character of a good text replaced. */
static void spoilt(uint8_t at, char with)
{
    make(11, 37, 0);
    if (at < 6) {
        good[at] = with;
        SIM_EXPECT(time_parse24(good), HOLE_TIME_BAD);
    }
    make(11, 37, 'P');
    good[at] = with;
    SIM_EXPECT(time_parse12(good), HOLE_TIME_BAD);
}

void main(void)
{
    uint8_t i;

    SIM_MARK(1); /* around midnight, noon, and the ends of digits */
    for (i = 0; i < 24; i++) {
        both(i, 0);
        both(i, 59);
    }
    both(0, 1);
    both(9, 9);
    both(12, 30);
    both(20, 10);

    SIM_MARK(2); /* no minute of the day */
    refused(1440);
    refused(1441);
    refused(0x8000);
    refused(0xFFFF);

    SIM_MARK(3); /* each place with a neighbour of the digits, and an early end */
    for (i = 0; i < 9; i++) {
        spoilt(i, '/');
        spoilt(i, ';');
        spoilt(i, 'x');
        if (i != 5 && i != 8)
            spoilt(i, 0);
    }
    spoilt(0, 58);
    spoilt(1, 58);
    spoilt(3, 58);
    spoilt(4, 58);
    spoilt(3, '6');
    spoilt(8, ' ');
    make(11, 37, 0);
    good[5] = ' ';
    SIM_EXPECT(time_parse24(good), HOLE_TIME_BAD);

    SIM_MARK(4); /* hours out of range */
    make(24, 0, 0);
    SIM_EXPECT(time_parse24(good), HOLE_TIME_BAD);
    make(99, 0, 0);
    SIM_EXPECT(time_parse24(good), HOLE_TIME_BAD);
    make(0, 30, 'A');
    SIM_EXPECT(time_parse12(good), HOLE_TIME_BAD);
    make(13, 0, 'P');
    SIM_EXPECT(time_parse12(good), HOLE_TIME_BAD);
    make(12, 60, 0);
    SIM_EXPECT(time_parse24(good), HOLE_TIME_BAD);

    for (i = 0; i < 12; i++) {
        SIM_MARK(10 + i);
        both((uint8_t)SIM_DRAW(0, 23), (uint8_t)SIM_DRAW(0, 59));
        refused((uint16_t)SIM_DRAW(1440, 65535));
    }
    SIM_DONE();
}
