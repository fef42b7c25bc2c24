/* PWM meter on the UART: the gate of timer 0 times the high phase, the capture input of timer 2 the period. */
#include <8052.h>
#include <stdint.h>

#define FOSC_HZ 11059200
#define TIMER1_RELOAD 0xFD
#define LOST_OVERFLOWS 15 /* of timer 2 without an edge: the signal stands still */

/* The signal is wired to both pins. */
#define GATE_PIN P3_2 /* INT0: timer 0 counts while it is high */
#define EDGE_PIN P1_1 /* T2EX: its falling edge copies timer 2 into RCAP2 */

#define TIMER2_INTERRUPT 5
#define EXF2_BIT 0x40
#define TF2_BIT 0x80
#define HALF_TURN 0x8000
#define IDLE_BIT 0x01

/* A count takes 12 clocks, 12000000 / FOSC_HZ microseconds; reduced by 19200 the product fits 32 bits. */
#define US_FACTOR 625
#define US_DIVISOR (FOSC_HZ / 19200)

#define NUMBER_DIGITS 10 /* enough for 32 bits */

enum {
    NOTHING,
    MEASURED,
    STANDING
};

static volatile uint8_t news;
static volatile uint32_t period; /* counts from one falling edge to the next */
static volatile uint32_t high;   /* so many of them with the signal high */

/* The rest belongs to the interrupts, neither of which can interrupt the other. */
static uint8_t high_overflows;
static uint8_t overflows; /* of timer 2 since the last edge; stops at LOST_OVERFLOWS */
static uint16_t edge;
static uint16_t last_edge;
static __bit have_edge;

void timer0_isr(void) __interrupt(TF0_VECTOR)
{
    high_overflows++;
}

static void count_overflow(void)
{
    TF2 = 0;
    if (overflows == LOST_OVERFLOWS)
        return;
    overflows++;
    if (overflows == LOST_OVERFLOWS) {
        have_edge = 0;
        news = STANDING;
    }
}

/* The signal is low again: timer 0 stands, and can be read and cleared at leisure. */
static void take_edge(void)
{
    if (TF0) { /* its interrupt waits behind this one */
        TF0 = 0;
        high_overflows++;
    }
    if (have_edge) {
        period = ((uint32_t)overflows << 16) + edge - last_edge;
        high = (uint32_t)high_overflows << 16 | (uint16_t)TH0 << 8 | TL0;
        news = MEASURED;
    }
    TH0 = 0;
    TL0 = 0;
    high_overflows = 0;
    overflows = 0;
    last_edge = edge;
    have_edge = 1;
}

/* Edge and overflow share this interrupt. If both wait, the edge's own time tells which came first. */
void timer2_isr(void) __interrupt(TIMER2_INTERRUPT)
{
    uint8_t flags = T2CON; /* both in one look: nothing can come in between */

    if (flags & EXF2_BIT) {
        EXF2 = 0;
        edge = (uint16_t)RCAP2H << 8 | RCAP2L;
        if ((flags & TF2_BIT) && edge < HALF_TURN) {
            count_overflow();
            flags = 0;
        }
        take_edge();
    }
    if (flags & TF2_BIT)
        count_overflow();
}

static void put_char(char c)
{
    SBUF = c;
    while (!TI)
        ;
    TI = 0;
}

static void put_text(const __code char *text)
{
    while (*text)
        put_char(*text++);
}

static void put_number(uint32_t number)
{
    char digits[NUMBER_DIGITS];
    uint8_t count = 0;

    do {
        digits[count++] = '0' + number % 10;
        number /= 10;
    } while (number > 0);
    while (count > 0)
        put_char(digits[--count]);
}

/* Prints "T=20000us D=25.0%". Both are rounded down. */
static void print_measured(uint32_t counts, uint32_t high_counts)
{
    uint16_t per_mille = high_counts * 1000 / counts;

    put_text("T=");
    put_number(counts * US_FACTOR / US_DIVISOR);
    put_text("us D=");
    put_number(per_mille / 10);
    put_char('.');
    put_char('0' + per_mille % 10);
    put_text("%\r\n");
}

static void init(void)
{
    GATE_PIN = 1; /* release the pins for input */
    EDGE_PIN = 1;
    TMOD = 0x29; /* timer 1: reload, for the baud rate; timer 0: 16 bits, gated by INT0 */
    TH1 = TIMER1_RELOAD;
    SCON = 0x40;  /* mode 1; nothing is received */
    T2CON = 0x0D; /* EXEN2, TR2, CP/RL2: capture */
    TR0 = 1;
    TR1 = 1;
    ET0 = 1;
    ET2 = 1;
    EA = 1;
}

void main(void)
{
    uint8_t what;
    uint32_t counts;
    uint32_t high_counts;

    init();
    for (;;) {
        EA = 0; /* news and numbers of one edge, and no edge between this look and the sleep */
        what = news;
        if (what == NOTHING) {
            EA = 1; /* takes effect one instruction later: a waiting interrupt ends the sleep */
            PCON |= IDLE_BIT;
            continue;
        }
        news = NOTHING;
        counts = period;
        high_counts = high;
        EA = 1;
        if (what == MEASURED)
            print_measured(counts, high_counts);
        else if (GATE_PIN) /* a duty of 100 or 0 % has no edges */
            put_text("HIGH\r\n");
        else
            put_text("LOW\r\n");
    }
}
