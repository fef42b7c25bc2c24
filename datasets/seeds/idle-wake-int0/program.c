/* Counts parts at a light barrier and sleeps in idle mode between them; the barrier pulls INT0 low. */
#include <8052.h>
#include <stdint.h>

#define LAMP P1_0
#define BATCH_SIZE 24

#define BARRIER P3_2 /* the INT0 pin: low while a part interrupts the light */
#define IDLE_BIT 0x01

static volatile __bit triggered;
static __bit lit;
static uint8_t parts; /* of the batch at hand; starts at 0 as all static data */

/* Only notes the edge; the work is done in the main loop. */
void barrier_isr(void) __interrupt(IE0_VECTOR)
{
    triggered = 1;
}

/* Counts one part and shows the count; a complete batch switches the lamp over. */
static void count_part(void)
{
    parts++;
    if (parts == BATCH_SIZE) {
        parts = 0;
        lit = !lit;
        LAMP = !lit; /* from the flag: the pin may read back otherwise under load */
    }
    P2 = parts;
}

void main(void)
{
    P2 = 0;
    LAMP = 1; /* off: the lamp hangs between supply and pin */
    IT0 = 1;  /* falling edge: a part that stays in the light must not interrupt for ever */
    EX0 = 1;

    for (;;) {
        EA = 0; /* from the test to falling asleep no edge may slip through */
        if (triggered) {
            triggered = 0;
            EA = 1;
            if (!BARRIER) /* still dark: a part and not a glitch */
                count_part();
        } else {
            EA = 1; /* interrupts come one instruction later, so a waiting edge ends the sleep at once */
            PCON |= IDLE_BIT;
        }
    }
}
