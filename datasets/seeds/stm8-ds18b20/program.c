/* DS18B20 thermometer on an open-drain pin; TIM4 in one-pulse mode measures the slots. */
#include <stdbool.h>
#include <stdint.h>

#define PD_ODR (*(volatile uint8_t *)0x500F)
#define PD_IDR (*(volatile uint8_t *)0x5010)
#define PD_DDR (*(volatile uint8_t *)0x5011)
#define PD_CR1 (*(volatile uint8_t *)0x5012)
#define PD_CR2 (*(volatile uint8_t *)0x5013)
#define TIM4_CR1 (*(volatile uint8_t *)0x5340)
#define TIM4_IER (*(volatile uint8_t *)0x5341)
#define TIM4_SR (*(volatile uint8_t *)0x5342)
#define TIM4_EGR (*(volatile uint8_t *)0x5343)
#define TIM4_PSCR (*(volatile uint8_t *)0x5345)
#define TIM4_ARR (*(volatile uint8_t *)0x5346)

#define CEN 0x01 /* CR1 */
#define URS 0x04
#define OPM 0x08
#define UIF 0x01 /* SR */
#define UG 0x01  /* EGR */
#define PRESCALER 4 /* 16 MHz / 2^4: one count is 1 us */

#define DQ_BIT 2 /* port D, with a pull-up of 4.7 kOhm */
#define DQ (1 << DQ_BIT)

#define RESET_HALF_US 245 /* twice: 480 us or more */
#define PRESENCE_US 70    /* a device answers after 15 to 60 us, for 60 us or more */
#define REST_HALF_US 205  /* twice: to 480 us after the release */
#define START_US 2
#define SAMPLE_US 8 /* with the calls around it still within the 15 us of a read slot */
#define SLOT_US 55  /* the rest of a slot of at least 60 us */
#define GAP_US 2

#define SKIP_ROM 0xCC
#define CONVERT 0x44
#define READ_SCRATCHPAD 0xBE
#define WRITE_SCRATCHPAD 0x4E
#define SCRATCHPAD 9
#define CONFIG 4          /* its place in the scratchpad */
#define HIGH_ALARM 0x7D   /* 125 degrees and -55: never */
#define LOW_ALARM 0xC9
#define CRC_POLYNOMIAL 0x8C /* x^8 + x^5 + x^4 + 1, the lowest bit first */

#define RESOLUTION 12 /* bits, 9 to 12 */
#define CONFIG_VALUE ((RESOLUTION - 9) << 5 | 0x1F)
#define UNDEFINED ((1 << (12 - RESOLUTION)) - 1) /* bits of the reading below its resolution */

static void low(void)
{
    PD_ODR &= (uint8_t)~DQ;
}

static void release(void)
{
    PD_ODR |= DQ;
}

static bool line(void)
{
    return PD_IDR & DQ;
}

/* One-pulse mode stops the timer at its update, with the counter back at 0. */
static void wait_us(uint8_t us)
{
    TIM4_ARR = us - 1;
    TIM4_CR1 = URS | OPM | CEN;
    while (!(TIM4_SR & UIF))
        ;
    TIM4_SR = (uint8_t)~UIF;
}

/* One time slot: a 1 writes and reads alike, the device decides by holding the line. An interrupt would stretch it. */
static bool slot(bool bit)
{
    bool level;

    __critical {
        low();
        wait_us(START_US);
        if (bit)
            release();
        wait_us(SAMPLE_US);
        level = line();
        wait_us(SLOT_US);
        release();
    }
    wait_us(GAP_US);
    return level;
}

/* Takes TIM4 and lets the line go. */
void ow_init(void)
{
    release();
    PD_CR1 &= (uint8_t)~DQ; /* open drain, before it becomes an output */
    PD_CR2 &= (uint8_t)~DQ;
    PD_DDR |= DQ;
    TIM4_CR1 = URS;
    TIM4_IER = 0;
    TIM4_SR = (uint8_t)~UIF;
    TIM4_PSCR = PRESCALER;
    TIM4_EGR = UG; /* takes the prescaler over and counts from 0; with URS it sets no flag */
}

/* Reset pulse; true when a device answered and let go again (a line that stays low is a short). */
bool ow_reset(void)
{
    bool answered;

    low();
    wait_us(RESET_HALF_US);
    wait_us(RESET_HALF_US);
    __critical {
        release();
        wait_us(PRESENCE_US);
        answered = !line();
    }
    wait_us(REST_HALF_US);
    wait_us(REST_HALF_US);
    return line() && answered;
}

/* Sends a byte, lowest bit first. */
void ow_write(uint8_t byte)
{
    uint8_t i;

    for (i = 0; i < 8; i++) {
        slot(byte & 1);
        byte >>= 1;
    }
}

/* Reads a byte, lowest bit first. */
uint8_t ow_read(void)
{
    uint8_t byte = 0;
    uint8_t i;

    for (i = 0; i < 8; i++) {
        byte >>= 1;
        if (slot(true))
            byte |= 0x80;
    }
    return byte;
}

/* Sets the resolution of the only device; it forgets it when its supply goes. */
bool ds18b20_configure(void)
{
    if (!ow_reset())
        return false;
    ow_write(SKIP_ROM);
    ow_write(WRITE_SCRATCHPAD);
    ow_write(HIGH_ALARM);
    ow_write(LOW_ALARM);
    ow_write(CONFIG_VALUE);
    return true;
}

/* Starts a conversion; with 12 bits it takes 750 ms. */
bool ds18b20_start(void)
{
    if (!ow_reset())
        return false;
    ow_write(SKIP_ROM);
    ow_write(CONVERT);
    return true;
}

/* The last conversion in 1/16 degree. Refuses what the CRC refuses, and a scratchpad that is not configured as ours:
   nine zeros have a right CRC. */
bool ds18b20_read(int16_t *sixteenths)
{
    uint8_t pad[SCRATCHPAD];
    uint8_t crc = 0;
    uint8_t i;
    uint8_t bit;

    if (!ow_reset())
        return false;
    ow_write(SKIP_ROM);
    ow_write(READ_SCRATCHPAD);
    for (i = 0; i < SCRATCHPAD; i++) {
        pad[i] = ow_read();
        crc ^= pad[i];
        for (bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ CRC_POLYNOMIAL : crc >> 1;
    }
    if (crc != 0 || pad[CONFIG] != CONFIG_VALUE)
        return false;
    *sixteenths = (int16_t)(((uint16_t)pad[1] << 8 | pad[0]) & (uint16_t)~UNDEFINED);
    return true;
}
