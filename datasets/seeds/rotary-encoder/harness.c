#define PORT HOLE_ENCODER_ADDRESS
#define IE_REG SIM_SFR(0xA8)
#define PAIR (3 << HOLE_FIRST_BIT)

/* Positions of one click clockwise, as B A. */
static const __code uint8_t ring[4] = {3, 2, 0, 1};

static uint8_t at;     /* index in ring */
static int8_t turned;  /* quarter steps since the last rest */
static int16_t wanted; /* clicks */

static void look(uint8_t pair, uint8_t noise)
{
    SIM_HOLD(PORT, (uint8_t)(pair << HOLE_FIRST_BIT | (noise & ~PAIR)));
    encoder_poll();
}

/* The encoder moves by 0, 1, 2 (a missed sample) or 3 (one back) quarters. */
static void move(uint8_t by)
{
    at = (at + by) & 3;
    if (by == 1)
        turned++;
    if (by == 3)
        turned--;
    look(ring[at], at & 1 ? 0xFF : 0x00);
    if (at == 0) {
        if (turned >= 2 && wanted < 127)
            wanted++;
        if (turned <= -2 && wanted > -128)
            wanted--;
        turned = 0;
    }
}

static void expect_taken(void)
{
    SIM_EXPECT((uint8_t)encoder_take(), (uint8_t)wanted);
    wanted = 0;
}

static void click(uint8_t quarter)
{
    uint8_t i;

    for (i = 0; i < 4; i++)
        move(quarter);
}

/* A start wherever it stands, its neighbours high or low. */
static void begin(uint8_t where)
{
    SIM_HOLD(PORT, (uint8_t)(ring[where] << HOLE_FIRST_BIT | (where & 2 ? ~PAIR : 0)));
    at = where;
    wanted = 0;
    turned = 0;
    encoder_init();
}

void main(void)
{
    uint16_t i;

    HOLE_ENCODER = (uint8_t)~PAIR; /* left driven low by somebody */
    SIM_HOLD(PORT, 0xFF);
    EA = 1;
    encoder_init();
    SIM_EXPECT(SIM_LATCH(PORT), 0xFF);
    SIM_SKIP_WRITES(IE_REG);
    SIM_EXPECT(encoder_take(), 0);
    SIM_EXPECT_WRITE(IE_REG, 0x00);
    SIM_EXPECT_WRITE(IE_REG, 0x80);
    SIM_EXPECT_NO_WRITE(IE_REG);

    SIM_MARK(1); /* right once, left twice */
    click(1);
    SIM_EXPECT(wanted, 1);
    expect_taken();
    expect_taken();
    click(3);
    click(3);
    SIM_EXPECT((uint8_t)wanted, 0xFE);
    EA = 0;
    SIM_SKIP_WRITES(IE_REG);
    expect_taken();
    SIM_EXPECT_WRITE(IE_REG, 0x00);
    SIM_EXPECT_WRITE(IE_REG, 0x00);
    EA = 1;

    SIM_MARK(2); /* bounce at an edge, half a click and back */
    move(1);
    move(3);
    move(1);
    move(1);
    move(3);
    move(3);
    expect_taken();
    move(1);
    move(3);
    move(1);
    move(1);
    move(1);
    expect_taken();
    move(1);
    expect_taken();

    SIM_MARK(3); /* a missed sample inside a click, and one that hides it */
    move(1);
    move(2);
    move(1);
    expect_taken();
    move(3);
    move(2);
    move(3);
    expect_taken();
    move(2);
    move(2);
    expect_taken();
    for (i = 1; i <= 3; i += 2) {
        move((uint8_t)i);
        move((uint8_t)i);
        move(2);
        expect_taken();
        move(2);
        move((uint8_t)i);
        move((uint8_t)i);
        expect_taken();
    }
    click(1);
    expect_taken();

    SIM_MARK(4); /* a start away from rest */
    click(1); /* and left behind */
    move(3);
    SIM_HOLD(PORT, (uint8_t)~PAIR); /* turned while nobody looked */
    at = 2;
    encoder_init();
    wanted = 0;
    turned = 0;
    move(1);
    move(1);
    SIM_EXPECT(wanted, 1);
    expect_taken();
    for (i = 0; i < 4; i++) { /* on to the rest, then back to it: fewer than two quarters are no click */
        begin((uint8_t)i);
        do
            move(1);
        while (at);
        expect_taken();
        begin((uint8_t)i);
        do
            move(3);
        while (at);
        expect_taken();
        begin((uint8_t)i); /* the first sample missed */
        move(2);
        while (at)
            move(1);
        expect_taken();
    }

    SIM_MARK(5); /* saturation at both ends */
    for (i = 0; i < 129; i++)
        click(1);
    expect_taken();
    for (i = 0; i < 130; i++)
        click(3);
    expect_taken();
    for (i = 0; i < 60; i++) {
        SIM_MARK(6 + i);
        move((uint8_t)SIM_DRAW(0, 3));
        if (i % 12 == 11)
            expect_taken();
    }
    SIM_DONE();
}
