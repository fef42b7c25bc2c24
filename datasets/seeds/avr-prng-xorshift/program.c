/* Pseudo-random numbers by a 16-bit xorshift, in ranges without a bias. */
#include <stdbool.h>
#include <stdint.h>

#define SHIFT_A 7 /* one of the few sets of shifts with the full period of 65535 */
#define SHIFT_B 9
#define SHIFT_C 8
#define START 0xACE1U /* instead of 0, from which the generator would never get away */

#define PERIOD 65535U /* rng_next() gives each of 1..65535 once, and 0 never */

static uint16_t state = START;

/* Starts a sequence; equal seeds give equal sequences. */
void rng_seed(uint16_t seed)
{
    state = seed != 0 ? seed : START;
}

/* Mixes in something unpredictable, such as a timer at a key press. */
void rng_stir(uint16_t noise)
{
    rng_seed(state ^ noise);
}

/* The next number, 1..65535. */
uint16_t rng_next(void)
{
    state ^= (uint16_t)(state << SHIFT_A);
    state ^= state >> SHIFT_B;
    state ^= (uint16_t)(state << SHIFT_C);
    return state;
}

/* A number from 0 to limit - 1, each equally often; 0 for a limit of 0. */
uint16_t rng_below(uint16_t limit)
{
    uint16_t share;
    uint16_t value;

    if (limit == 0)
        return 0;
    share = PERIOD / limit; /* numbers of the generator for each result */
    do {
        value = (rng_next() - 1) / share;
    } while (value >= limit); /* the few that are left over would favour some results */
    return value;
}

/* A number from low to high, both included, each equally often; low if there is nothing to choose. */
int16_t rng_between(int16_t low, int16_t high)
{
    uint16_t width = (uint16_t)high - (uint16_t)low;

    if (high <= low || width == UINT16_MAX)
        return low; /* 65536 results are more than the generator has numbers */
    return (int16_t)((uint16_t)low + rng_below(width + 1));
}

/* True in so many cases of a hundred. */
bool rng_chance(uint8_t percent)
{
    return rng_below(100) < percent;
}

/* Puts items into a random order, each order equally likely (Fisher and Yates). */
void rng_shuffle(uint8_t *items, uint8_t count)
{
    uint8_t other;
    uint8_t kept;

    while (count > 1) {
        other = (uint8_t)rng_below(count); /* the last place itself included */
        count--;
        kept = items[count];
        items[count] = items[other];
        items[other] = kept;
    }
}
