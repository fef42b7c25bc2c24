/* Position from a GPS receiver: GGA sentences (NMEA 0183) on the UART, taken apart in its interrupt without a line buffer. */
#include <8052.h>
#include <stdint.h>

#define BAUD_RELOAD 0xFFDC
#define FRACTION_DIGITS 5       /* of a minute; finer ones are cut off */
#define UNITS_PER_MINUTE 100000 /* the unit of a position follows from that */
#define FIELD_MAX 13            /* characters; a longer field spoils its sentence */

#define UNITS_PER_DEGREE (60UL * UNITS_PER_MINUTE)
#define LATITUDE_MAX (90 * UNITS_PER_DEGREE)
#define LONGITUDE_MAX (180 * UNITS_PER_DEGREE)
#define DEGREES_MAX 180
#define DEGREE_DIGITS (field == LATITUDE ? 2 : 3)
#define POINT_AT (DEGREE_DIGITS + 2)
#define TALKER_LENGTH 2 /* GP, GN, BD and so on: any will do */
#define ADDRESS_LENGTH 5
#define QUALITY_MAX 8
#define SATELLITE_DIGITS 2
#define NEEDED_FOR_FIX 6 /* the fields LATITUDE to SATELLITES */

/* What stands between the commas. */
enum {
    ADDRESS,
    LATITUDE = 2, /* ddmm.mmm */
    NORTH_SOUTH,
    LONGITUDE,    /* dddmm.mmm */
    EAST_WEST,
    QUALITY,
    SATELLITES,
    LAST_FIELD = 14
};

enum {
    WAITING, /* for the $ of a sentence */
    READING,
    SUM_HIGH,
    SUM_LOW
};

struct gga_fix {
    int32_t latitude;  /* north is positive */
    int32_t longitude; /* east is positive */
    uint8_t quality;   /* 0 = no fix */
    uint8_t satellites;
};

static uint8_t state;
static uint8_t sum;          /* XOR of what stands between $ and * */
static uint8_t field;
static uint8_t length;       /* characters of the field so far */
static uint8_t fraction;     /* digits behind the point so far */
static uint8_t filled;       /* of the fields that a fix needs */
static uint32_t value;
static struct gga_fix draft; /* belongs to the interrupt alone */

static volatile struct gga_fix published; /* changes as a whole, once a sentence has proved right */
static volatile __bit fresh;
static volatile uint8_t rejected;

static const __code uint8_t formatter[] = {'G', 'G', 'A'};

/* Without a library multiplication, which is not reentrant, and without a parameter, which sdcc could overlay with data of the interrupted code. */
static void times_ten(void)
{
    value = (value << 3) + (value << 1);
}

/* Takes one character of ddmm.mmm or dddmm.mmm, 1 if it may stand there. Ten minutes are a sixth of a degree: one step of base 6 among those of base 10 turns it all into minutes. */
static uint8_t take_position(uint8_t c)
{
    uint8_t digit = c - '0';

    if (length == POINT_AT)
        return c == '.';
    if (digit > 9)
        return 0;
    if (length == DEGREE_DIGITS) {
        if (digit > 5 || value > DEGREES_MAX) /* more degrees would wrap the 32 bits unnoticed */
            return 0;
        value = (value << 2) + (value << 1);
    } else {
        if (length > POINT_AT && fraction++ >= FRACTION_DIGITS)
            return 1;
        times_ten();
    }
    value += digit;
    return 1;
}

/* An empty position is 0; a short fraction is filled up with zeros. Returns 1 for a position on earth. */
static uint8_t end_position(void)
{
    if (length == 0)
        return 1;
    if (length < POINT_AT)
        return 0;
    for (; fraction < FRACTION_DIGITS; fraction++)
        times_ten();
    return value <= (field == LATITUDE ? LATITUDE_MAX : LONGITUDE_MAX);
}

/* Takes one character of whatever field it is, 1 if it may stand there. */
static uint8_t take(uint8_t c)
{
    uint8_t digit = c - '0';

    switch (field) {
    case ADDRESS:
        return length < TALKER_LENGTH || (length < ADDRESS_LENGTH && c == formatter[length - TALKER_LENGTH]);
    case LATITUDE:
    case LONGITUDE:
        return take_position(c);
    case NORTH_SOUTH:
        if (c == 'S')
            draft.latitude = -draft.latitude;
        return length == 0 && (c == 'N' || c == 'S');
    case EAST_WEST:
        if (c == 'W')
            draft.longitude = -draft.longitude;
        return length == 0 && (c == 'E' || c == 'W');
    case QUALITY:
        draft.quality = digit;
        return length == 0 && digit <= QUALITY_MAX;
    case SATELLITES:
        draft.satellites = draft.satellites * 10 + digit;
        return length < SATELLITE_DIGITS && digit <= 9;
    default:
        return 1; /* time, height and so on count for the sum only */
    }
}

/* Returns 1 if the field may end here. */
static uint8_t end_field(void)
{
    if (length > 0 && field >= LATITUDE && field <= SATELLITES)
        filled++;
    switch (field) {
    case ADDRESS:
        return length == ADDRESS_LENGTH;
    case LATITUDE:
    case LONGITUDE:
        if (!end_position())
            return 0;
        if (field == LATITUDE)
            draft.latitude = value;
        else
            draft.longitude = value;
        return 1;
    case QUALITY:
        return length > 0;
    default:
        return field < LAST_FIELD;
    }
}

static void begin_field(uint8_t number)
{
    field = number;
    length = 0;
    fraction = 0;
    value = 0;
}

/* Gives the sentence up; it counts if it was known to be GGA. */
static void reject(void)
{
    state = WAITING;
    if (field > ADDRESS && rejected < 255)
        rejected++;
}

static void publish(void)
{
    state = WAITING;
    published.latitude = draft.latitude;
    published.longitude = draft.longitude;
    published.quality = draft.quality;
    published.satellites = draft.satellites;
    fresh = 1;
}

/* Takes one character between $ and *, or the *. */
static void read_body(uint8_t c)
{
    if (c == '*') {
        if (field == LAST_FIELD && (draft.quality == 0 || filled == NEEDED_FOR_FIX))
            state = SUM_HIGH;
        else
            reject();
        return;
    }
    sum ^= c;
    if (c == ',') {
        if (end_field())
            begin_field(field + 1);
        else
            reject();
    } else if (c < ' ' || c > '~' || length == FIELD_MAX || !take(c)) {
        reject();
    } else {
        length++;
    }
}

/* Takes one of the two capital hexadecimal digits behind the *. */
static void read_sum(uint8_t c)
{
    uint8_t wanted = state == SUM_HIGH ? sum >> 4 : sum & 0x0F;

    wanted += wanted > 9 ? 'A' - 10 : '0';
    if (c != wanted)
        reject();
    else if (state == SUM_HIGH)
        state = SUM_LOW;
    else
        publish();
}

void gga_isr(void) __interrupt(SI0_VECTOR)
{
    uint8_t c;

    if (!RI)
        return;
    RI = 0;
    c = SBUF;
    if (c == '$') { /* begins a sentence wherever it comes */
        if (state != WAITING)
            reject();
        state = READING;
        sum = 0;
        filled = 0;
        draft.satellites = 0;
        begin_field(ADDRESS);
    } else if (state == READING) {
        read_body(c);
    } else if (state != WAITING) {
        read_sum(c);
    }
}

/* Listens on RXD, 8-N-1, with timer 2 as baud-rate generator; the other timers stay free. */
void gga_init(void)
{
    ES = 0;
    state = WAITING;
    fresh = 0;
    rejected = 0;
    SCON = 0x50; /* mode 1, receiver on, no flag pending */
    RCAP2H = BAUD_RELOAD >> 8;
    RCAP2L = BAUD_RELOAD & 0xFF;
    T2CON = 0x34; /* RCLK, TCLK, TR2 */
    ES = 1;
    EA = 1;
}

/* Copies the newest fix and returns 1; returns 0 and leaves *fix alone if none has come since the last call. */
uint8_t gga_read(struct gga_fix *fix)
{
    __bit enabled = ES;
    uint8_t is_new;

    ES = 0; /* ten bytes that belong together */
    is_new = fresh;
    if (is_new) {
        fresh = 0;
        fix->latitude = published.latitude;
        fix->longitude = published.longitude;
        fix->quality = published.quality;
        fix->satellites = published.satellites;
    }
    ES = enabled;
    return is_new;
}

/* GGA sentences given up since gga_init: wrong sum, wrong form or cut short; stops at 255. */
uint8_t gga_rejected(void)
{
    return rejected;
}
