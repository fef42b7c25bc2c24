/* SPDX-License-Identifier: Apache-2.0
 *
 * A chip whose instructions are one byte each: it runs the bytes that were loaded, in the order of their addresses, and
 * some of them break the simulator.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"

const int core_register_digits = 8;
const bool core_big_endian = false;

static uint8_t code[64];
static size_t loaded, at;

void core_reset(uint64_t fill)
{
    (void)fill;
    loaded = at = 0;
}

bool core_load(uint32_t address, const uint8_t *bytes, size_t size)
{
    register_event('W', address, 1, (uint32_t)size);
    for (size_t i = 0; i < size; i++) {
        if (loaded == sizeof code)
            return false;
        code[loaded++] = bytes[i];
    }
    return true;
}

void core_step(void)
{
    bench.instructions++;
    bench.cycles += 10;
    switch (at < loaded ? code[at++] : 'd') {
    case 'v': event("V%X", (unsigned)at); break;
    case 'n': break;
    case 'd': finish("done"); break;
    case 'c': abort();
    case 'x': exit(0);
    case 'h': for (volatile int i = 0;; i++) ;
    case 'a': atexit(abort); finish("done"); break;
    case 'j': printf("words that are no answer\n"); finish("done"); break;
    case 'p': printf("done 10 1 0"); fflush(stdout); abort();
    default: finish("illegal-opcode");
    }
}

bool core_enabled(unsigned n) { return n == 0; }
void core_interrupt(unsigned n) { (void)n; }
bool core_asleep(void) { return false; }
void core_keep_place(void) {}
void core_begin(void) {}
void core_jump(uint32_t to) { (void)to; }
uint32_t core_latch(uint32_t reg) { return reg; }
void core_print_state(void) { putchar('-'); }
