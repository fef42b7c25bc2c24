#define SCON_REG SIM_SFR(0x98)
#define SBUF_REG SIM_SFR(0x99)
#define TMOD_REG SIM_SFR(0x89)
#define TCON_REG SIM_SFR(0x88)
#define IE_REG SIM_SFR(0xA8)
#define T2CON_REG SIM_SFR(0xC8)
#define RCAP2L_REG SIM_SFR(0xCA)
#define RCAP2H_REG SIM_SFR(0xCB)

#define UNIT ((uint32_t)HOLE_UNITS_PER_MINUTE)
#define CUT (100000UL / HOLE_UNITS_PER_MINUTE) /* from five digits to those that are kept */

static struct gga_fix got;
static uint8_t checksum;
static uint8_t refused; /* what must have been counted so far */

/* What must come out next. */
static uint32_t want_latitude;
static uint32_t want_longitude;
static uint8_t want_quality;
static uint8_t want_satellites;

static void put(uint8_t c)
{
    SIM_RX(c);
    SIM_INTERRUPT(4);
    if (c == '$')
        checksum = 0;
    else
        checksum ^= c;
}

static void put_text(const __code char *text)
{
    while (*text)
        put(*text++);
}

static void put_many(uint8_t c, uint8_t count)
{
    while (count--)
        put(c);
}

static uint8_t hex(uint8_t nibble)
{
    return "0123456789ABCDEF"[nibble];
}

static void put_sum(uint8_t error)
{
    uint8_t sent = checksum ^ error;

    put('*');
    put(hex(sent >> 4));
    put(hex(sent & 0x0F));
}

static uint32_t position(uint8_t degrees, uint8_t minutes, uint32_t fraction, uint8_t negative)
{
    uint32_t value = (degrees * 60UL + minutes) * UNIT + fraction / CUT;

    return negative ? 0 - value : value;
}

static void want(uint32_t latitude, uint32_t longitude, uint8_t quality, uint8_t satellites)
{
    want_latitude = latitude;
    want_longitude = longitude;
    want_quality = quality;
    want_satellites = satellites;
}

static void expect_nothing(void)
{
    got.latitude = 0x12345678;
    got.longitude = 0x0BADCAFE;
    got.quality = 0xA5;
    got.satellites = 0x5A;
    SIM_EXPECT(gga_read(&got), 0);
    SIM_EXPECT(got.latitude, 0x12345678);
    SIM_EXPECT(got.longitude, 0x0BADCAFE);
    SIM_EXPECT(got.quality, 0xA5);
    SIM_EXPECT(got.satellites, 0x5A);
    SIM_EXPECT(gga_rejected(), refused);
}

static void expect_fix(void)
{
    got.latitude = 0x12345678;
    got.longitude = 0x0BADCAFE;
    got.quality = 0xA5;
    got.satellites = 0x5A;
    SIM_SKIP_WRITES(IE_REG);
    SIM_EXPECT(gga_read(&got), 1);
    SIM_EXPECT_WRITE(IE_REG, 0xA2);
    SIM_EXPECT_WRITE(IE_REG, 0xB2);
    SIM_EXPECT_NO_WRITE(IE_REG);
    SIM_EXPECT(got.latitude, want_latitude);
    SIM_EXPECT(got.longitude, want_longitude);
    SIM_EXPECT(got.quality, want_quality);
    SIM_EXPECT(got.satellites, want_satellites);
    SIM_EXPECT(gga_rejected(), refused);
}

static void good(const __code char *text)
{
    put_text(text);
    put_sum(0);
    expect_fix();
    SIM_EXPECT(gga_read(&got), 0);
}

/* A GGA sentence that must be refused. */
static void bad(const __code char *text)
{
    put_text(text);
    put_sum(0);
    refused++;
    expect_nothing();
}

/* A good sentence but for its latitude or its longitude. */
static void bad_latitude(const __code char *text)
{
    put_text("$GPGGA,,");
    put_text(text);
    bad(",N,00000,E,1,1,,,,,,,");
}

static void bad_longitude(const __code char *text)
{
    put_text("$GPGGA,,0000,N,");
    put_text(text);
    bad(",E,1,1,,,,,,,");
}

/* Not GGA: passed over without being counted. */
static void other(const __code char *text)
{
    put_text(text);
    put_text(",,,,,,0,,,,,,,,");
    put_sum(0);
    expect_nothing();
}

static void put_digits(uint32_t number, uint8_t digits)
{
    uint8_t figure[6];
    uint8_t i;

    for (i = 0; i < digits; i++) {
        figure[i] = '0' + number % 10;
        number /= 10;
    }
    while (i--)
        put(figure[i]);
}

static void check_start(void)
{
    TMOD = 0x5A;
    T2CON = 0xCB;
    SCON = 0xA3;
    IE = 0x32;
    SIM_SKIP_WRITES(TMOD_REG);
    SIM_SKIP_WRITES(TCON_REG);
    SIM_SKIP_WRITES(SCON_REG);
    SIM_SKIP_WRITES(T2CON_REG);
    SIM_SKIP_WRITES(RCAP2H_REG);
    SIM_SKIP_WRITES(RCAP2L_REG);
    SIM_SKIP_WRITES(IE_REG);
    gga_init();
    SIM_EXPECT_WRITE(SCON_REG, 0x50);
    SIM_EXPECT_NO_WRITE(SCON_REG);
    SIM_EXPECT_WRITE(RCAP2H_REG, (HOLE_BAUD_RELOAD) >> 8);
    SIM_EXPECT_WRITE(RCAP2L_REG, (HOLE_BAUD_RELOAD) & 0xFF);
    SIM_EXPECT(SIM_LATCH(T2CON_REG), 0x34);
    SIM_EXPECT_WRITE(IE_REG, 0x22);
    SIM_EXPECT_WRITE(IE_REG, 0x32);
    SIM_EXPECT_WRITE(IE_REG, 0xB2);
    SIM_EXPECT_NO_WRITE(IE_REG);
    SIM_EXPECT_NO_WRITE(TMOD_REG); /* timers 0 and 1 are somebody else's */
    SIM_EXPECT_NO_WRITE(TCON_REG);
    refused = 0;
    expect_nothing();
}

void main(void)
{
    uint8_t i;
    uint8_t degrees, minutes, negative, east_degrees, east_minutes, west, quality, satellites;
    uint32_t fraction, east_fraction;

    SIM_MARK(1);
    check_start();
    SIM_INTERRUPT(4); /* nothing received */
    TI = 1;
    SIM_INTERRUPT(4); /* something sent, by somebody else */
    SIM_EXPECT(TI, 1);
    TI = 0;
    expect_nothing();

    SIM_MARK(2); /* noise before the first sentence, then a fix as receivers send it, and nothing before its end */
    put_text("1,08,,*47\r\n,4807.038,N");
    put_text("$GPGGA,123519,4807.03812,N,01131.32499,W,1,08,0.9,545.4,M,46.9,M,,");
    put('*');
    expect_nothing();
    i = checksum ^ '*';
    put(hex(i >> 4));
    expect_nothing();
    put(hex(i & 0x0F));
    want(position(48, 7, 3812, 0), position(11, 31, 32499, 1), 1, 8);
    expect_fix();
    expect_nothing();
    put(hex(i & 0x0F));
    put_text("\r\n");
    expect_nothing();

    SIM_MARK(3); /* digits: none behind the point, no point, few, more than are kept */
    want(position(0, 0, 0, 0), position(0, 0, 0, 0), 8, 0);
    good("$GNGGA,,0000.,N,00000.,E,8,0,,,,,,,");
    want(position(12, 34, 0, 1), position(123, 45, 0, 0), 2, 12);
    good("$BDGGA,,1234,S,12345,E,2,12,,,,,,,");
    want(position(1, 59, 90000, 1), position(99, 50, 12000, 1), 4, 99);
    good("$GPGGA,,0159.9,S,09950.12,W,4,99,,,,,,,0001");
    want(position(89, 59, 99999, 0), position(179, 59, 99999, 0), 7, 90);
    good("$GPGGA,,8959.999999,N,17959.99999,E,7,90,,,,,,,");
    want(position(90, 0, 0, 1), position(180, 0, 0, 1), 6, 9);
    good("$GPGGA,,9000.00,S,18000.0,W,6,9,,,,,,,");

    SIM_MARK(4); /* positions that are none */
    bad_latitude("9000.01");
    bad_latitude("9059");
    bad_latitude("9900.0");
    bad_latitude("0060.0");
    bad_latitude("00:0.0");
    bad_latitude("000/.0");
    bad_latitude("0001.-");
    bad_latitude("000.0");
    bad_latitude("00000.0");
    bad_latitude("0000.0.0");
    bad_latitude("0000.0:");
    bad_latitude("000");
    bad_latitude("-100.0");
    bad_longitude("18000.01");
    bad_longitude("18100");
    bad_longitude("71600.00"); /* 32 bits overflow with five digits: it must not come out as 0 degrees 10 minutes */
    bad_longitude("00060.0");
    bad_longitude("0000");
    bad_longitude("0000.0");
    bad_longitude("000000.0");
    bad_longitude("00000,0");

    SIM_MARK(5); /* hemispheres, quality, satellites */
    bad("$GPGGA,,0001,E,00001,E,1,1,,,,,,,");
    bad("$GPGGA,,0001,NN,00001,E,1,1,,,,,,,");
    bad("$GPGGA,,0001,NS,00001,E,1,1,,,,,,,");
    bad("$GPGGA,,0001,N,00001,S,1,1,,,,,,,");
    bad("$GPGGA,,0001,N,00001,EE,1,1,,,,,,,");
    bad("$GPGGA,,0001,N,00001,EW,1,1,,,,,,,");
    bad("$GPGGA,,0001,N,00001,E,9,1,,,,,,,");
    bad("$GPGGA,,0001,N,00001,E,/,1,,,,,,,");
    bad("$GPGGA,,0001,N,00001,E,11,1,,,,,,,");
    bad("$GPGGA,,0001,N,00001,E,,1,,,,,,,");
    bad("$GPGGA,,0001,N,00001,E,1,100,,,,,,,");
    bad("$GPGGA,,0001,N,00001,E,1,:,,,,,,,");
    bad("$GPGGA,,0001,N,00001,E,1,1.,,,,,,,");

    SIM_MARK(6); /* without a fix fields may be empty, with one they may not */
    want(0, 0, 0, 0);
    good("$GPGGA,,,,,,0,,,,,,,,");
    want(position(0, 1, 0, 0), position(0, 2, 0, 0), 0, 3);
    good("$GPGGA,,0001,,00002,,0,03,,,,,,,");
    bad("$GPGGA,,0001,N,00001,E,,1,,,,,,,"); /* the quality of the last one must not help out */
    bad("$GPGGA,,,N,00001,E,1,1,,,,,,,");
    bad("$GPGGA,,0001,,00001,E,1,1,,,,,,,");
    bad("$GPGGA,,0001,N,,E,1,1,,,,,,,");
    bad("$GPGGA,,0001,N,00001,,1,1,,,,,,,");
    bad("$GPGGA,1,0001,N,00001,E,1,,1,1,1,1,1,1,1");

    SIM_MARK(7); /* number and length of fields */
    bad("$GPGGA,,,,,,0,,,,,,,");
    put_text("$GPGGA,,,,,,0,,,,,,,,");
    SIM_EXPECT(gga_rejected(), refused);
    put(','); /* the fifteenth */
    refused++;
    SIM_EXPECT(gga_rejected(), refused);
    put_sum(0);
    expect_nothing();
    bad("$GPGGA,,0001,N,00001,E,1,1");
    bad("$GPGGA,,0001,N,00001,E,1,1,");
    put_text("$GPGGA,");
    put_many('1', HOLE_FIELD_MAX);
    put_text(",,,,,0,,,,,,,,");
    put_many('2', HOLE_FIELD_MAX);
    want(0, 0, 0, 0);
    good("");
    put_text("$GPGGA,");
    put_many('1', HOLE_FIELD_MAX + 1);
    bad(",,,,,0,,,,,,,,");
    put_text("$GPGGA,,,,,,0,,,,,,,,");
    put_many('2', HOLE_FIELD_MAX + 1);
    bad("");
    put_text("$GPGGA,,0001.");
    put_many('2', HOLE_FIELD_MAX - 4);
    bad(",N,00001,E,1,1,,,,,,,");
    put_text("$GPGGA,,");
    put_text("0001.");
    put_many('2', HOLE_FIELD_MAX - 5);
    want(position(0, 1, 22222, 0), position(0, 1, 0, 0), 1, 1);
    good(",N,00001,E,1,1,,,,,,,");

    SIM_MARK(8); /* other sentences, and what is nearly GGA */
    other("$GPRMC");
    other("$GPGGB");
    other("$GPGSA");
    other("$GPHGA");
    other("$GPGGAX");
    other("$GPGG");
    other("$GGA");
    other("$");
    other("$GP\x01GGA");
    put_text("$GPGGA*56");
    put_text("GPGGA,,,,,,0,,,,,,,,");
    put_sum(0);
    expect_nothing();

    SIM_MARK(9); /* sums */
    put_text("$GPGGA,,,,,,0,,,,,,,,");
    put_sum(0x01);
    refused++;
    expect_nothing();
    put_text("$GPGGA,,,,,,0,,,,,,,,");
    put_sum(0x10);
    refused++;
    expect_nothing();
    put_text("$GPGGA,,,,,,0,,,,,,,,");
    put_text("*\r\n");
    refused++;
    expect_nothing();
    want(0, 0, 0, 0);
    for (i = 0x40; i < 0x80 - 1; i += i < 0x50 ? 1 : 13) { /* every last digit, and several first ones */
        put_text("$GPGGA,,,,,,0,,,,,,,,");
        put(i);
        put_sum(0);
        expect_fix();
    }
    put_text("$GPGGA,,,,,,0,,,,,,,,");
    while ((checksum & 0x0F) != 0x0A)
        put('@' + ((checksum ^ 0x0A) & 0x0F));
    i = checksum;
    put('*');
    put(hex(i >> 4));
    put('a'); /* only capitals */
    refused++;
    expect_nothing();

    SIM_MARK(10); /* characters that no sentence has */
    put_text("$GPGGA,\x7F");
    refused++;
    put_text(",,,,,0,,,,,,,,");
    put_sum(0);
    expect_nothing();
    bad("$GPGGA,\x1F,,,,,0,,,,,,,,");
    bad("$GPGGA,\xB1,,,,,0,,,,,,,,");
    bad("$GPGGA,,,,,,0,,,,,,,\r\n,");
    want(0, 0, 0, 0);
    good("$GP,GGA$GPGGA, ~,,,,,0,,,,,,,,");

    SIM_MARK(11); /* cut short by the next one, wherever */
    put_text("$GPGGA,,4807.038,S,01");
    refused++;
    good("$GPGGA,,,,,,0,,,,,,,,");
    put_text("$GP");
    good("$$GPGGA,,,,,,0,,,,,,,,");
    put_text("$GPGGA,,0009,N,00009,E,0,9,,,,,,,*");
    refused++;
    good("$GPGGA,,,,,,0,,,,,,,,");
    put_text("$GPGGA,,0009,N,00009,E,0,9,,,,,,,*");
    put(hex((uint8_t)(checksum ^ '*') >> 4));
    refused++;
    good("$GPGGA,,,,,,0,,,,,,,,");

    SIM_MARK(12); /* not yet read: a bad one does not harm it, nor one that is half there, and a newer one replaces it */
    want(position(0, 1, 0, 0), position(0, 1, 0, 0), 1, 1);
    put_text("$GPGGA,,0001,N,00001,E,1,1,,,,,,,");
    put_sum(0);
    put_text("$GPGGA,,0009,S,00009,W,2,9,,,,,,,");
    put_sum(0x80);
    refused++;
    put_text("$GPGGA,,0008,S,00008,W,3,8,");
    expect_fix();
    put_text(",,,,,,");
    want(position(0, 8, 0, 1), position(0, 8, 0, 1), 3, 8);
    good("");
    put_text("$GPGGA,,0001,N,00001,E,1,1,,,,,,,");
    put_sum(0);
    want(position(0, 7, 0, 0), position(0, 7, 0, 1), 5, 7);
    good("$GPGGA,,0007,N,00007,W,5,7,,,,,,,");

    SIM_MARK(13); /* a reader that has the interrupt off keeps it off */
    put_text("$GPGGA,,0001,N,00001,E,1,1,,,,,,,");
    put_sum(0);
    ES = 0;
    SIM_EXPECT(gga_read(&got), 1);
    SIM_EXPECT(ES, 0);
    SIM_EXPECT(gga_read(&got), 0);
    SIM_EXPECT(ES, 0);
    ES = 1;

    for (i = 0; i < 8; i++) {
        SIM_MARK(14 + i);
        degrees = (uint8_t)SIM_DRAW(0, 89);
        minutes = (uint8_t)SIM_DRAW(0, 59);
        fraction = SIM_DRAW(0, 99999);
        negative = (uint8_t)SIM_DRAW(0, 1);
        east_degrees = (uint8_t)SIM_DRAW(0, 179);
        east_minutes = (uint8_t)SIM_DRAW(0, 59);
        east_fraction = SIM_DRAW(0, 99999);
        west = (uint8_t)SIM_DRAW(0, 1);
        quality = (uint8_t)SIM_DRAW(0, 8);
        satellites = (uint8_t)SIM_DRAW(0, 99);
        put_text("$GPGGA,,");
        put_digits(degrees, 2);
        put_digits(minutes, 2);
        put('.');
        put_digits(fraction, 5);
        if (negative)
            put_text(",S,");
        else
            put_text(",N,");
        put_digits(east_degrees, 3);
        put_digits(east_minutes, 2);
        put('.');
        put_digits(east_fraction, 5);
        if (west)
            put_text(",W,");
        else
            put_text(",E,");
        put_digits(quality, 1);
        put(',');
        put_digits(satellites, 2);
        want(position(degrees, minutes, fraction, negative), position(east_degrees, east_minutes, east_fraction, west), quality, satellites);
        good(",,,,,,,");
    }

    SIM_MARK(30); /* the count stops */
    rejected = 248;
    refused = 248;
    put_text("$");
    while (refused < 255) {
        put_text("GPGGA,$"); /* each ends the one before */
        SIM_EXPECT(gga_rejected(), ++refused);
    }
    put_text("GPGGA,$GPGGA,$");
    expect_nothing();

    SIM_MARK(31); /* started again with a fix unread and a sentence begun */
    put_text("$GPGGA,,0001,N,00001,E,1,1,,,,,,,");
    put_sum(0);
    put_text("$GPGGA,,0001,N,00001,E,1,1,,,,,,");
    check_start();
    put(',');
    put_sum(0);
    expect_nothing();
    want(position(0, 1, 0, 0), position(0, 1, 0, 0), 1, 1);
    good("$GPGGA,,0001,N,00001,E,1,1,,,,,,,");
}
