/* Frees an I2C bus on which a slave holds SDA low, left over from a transfer that a reset has cut off. */
#include <8052.h>
#include <stdint.h>

#define SDA P2_6
#define SCL P2_7
#define SCL_LOOKS 100 /* looks at SCL before it counts as held for good */

#define CLOCKS_MAX 9 /* eight bits and the acknowledge: then every slave has reached a bit that leaves SDA to us */
#define COUNT_MAX 255

enum {
    BUS_FREE,
    BUS_SDA_STUCK,
    BUS_SCL_STUCK
};

static uint8_t recoveries;

/* Call and return take 4 us at 12 MHz, with a port write more than the 4.7 us of a 100 kHz bus. */
static void half_period(void)
{
}

static void clock_down(void)
{
    SCL = 0;
    half_period();
}

/* Lets SCL rise and waits until no slave stretches it any more. Returns 0 when one does for too long. */
static uint8_t clock_up(void)
{
    uint8_t looks = SCL_LOOKS;

    SCL = 1;
    while (!SCL) {
        if (--looks == 0)
            return 0;
    }
    half_period();
    return 1;
}

/* Clocks until SDA is free, then closes the broken transfer with a stop. */
static uint8_t recover(void)
{
    uint8_t clocks = CLOCKS_MAX;

    while (!SDA) {
        if (clocks == 0)
            return BUS_SDA_STUCK;
        clocks--;
        clock_down();
        if (!clock_up())
            return BUS_SCL_STUCK;
    }
    clock_down();
    SDA = 0; /* only while SCL is low, or this would be a start */
    if (!clock_up())
        return BUS_SCL_STUCK;
    SDA = 1;
    half_period();
    return SDA ? BUS_FREE : BUS_SDA_STUCK;
}

/* Call before each transfer. Leaves a free bus alone, else tries to free it; both lines are released afterwards. */
uint8_t bus_prepare(void)
{
    uint8_t result = BUS_SCL_STUCK;

    SDA = 1;
    if (clock_up()) {
        if (SDA)
            return BUS_FREE;
        if (recoveries < COUNT_MAX)
            recoveries++;
        result = recover();
    }
    SDA = 1;
    SCL = 1;
    return result;
}

/* How often SDA was found low since power-up, at most 255: a cable that is too long shows here. */
uint8_t bus_recoveries(void)
{
    return recoveries;
}
