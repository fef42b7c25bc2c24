/* Empties a sump between two float switches, with minimum run and pause times to spare the pump. */
#include <8052.h>
#include <stdint.h>

#define PUMP P2_0 /* relay, active low: off from reset on */
#define FLOAT_LOW P3_2 /* both floats close to ground when they are under water */
#define FLOAT_HIGH P3_3
#define MIN_RUN_S 20
#define MIN_PAUSE_S 60

#define ON 0
#define OFF 1

#define STATUS_RUNNING 0x01
#define STATUS_FAULT 0x02

static uint8_t running;
static uint8_t lasted; /* seconds since the pump was last switched, stops at 255 */

static void switch_pump(uint8_t on)
{
    PUMP = on ? ON : OFF;
    running = on;
    lasted = 0;
}

/* Pump off; after a power failure, too, it must have had its pause before it may start. */
void pump_init(void)
{
    FLOAT_LOW = 1; /* release the pins for input */
    FLOAT_HIGH = 1;
    switch_pump(0);
}

/* Call once a second; reads each float once. Gives STATUS_RUNNING and STATUS_FAULT. */
uint8_t pump_step(void)
{
    uint8_t low_wet = !FLOAT_LOW;
    uint8_t high_wet = !FLOAT_HIGH;
    uint8_t fault = high_wet && !low_wet; /* water above but none below: a float hangs or a wire is off */

    if (lasted < 255)
        lasted++;

    if (running) {
        if (fault || (!low_wet && lasted >= MIN_RUN_S))
            switch_pump(0); /* a fault does not wait: the pump might run dry */
    } else if (high_wet && !fault && lasted >= MIN_PAUSE_S) {
        switch_pump(1);
    }
    return (running ? STATUS_RUNNING : 0) | (fault ? STATUS_FAULT : 0);
}
