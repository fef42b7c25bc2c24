/* SPDX-License-Identifier: Apache-2.0
 *
 * The stack: that it stays in RAM, and how deep it was. The pointer is at the byte that is pushed next.
 */
#include "avr.h"

static unsigned base;     /* the pointer when the harness began */
static bool half_written; /* compilers set the pointer in two halves; between them it means nothing */

unsigned stack_pointer(void) { return cpu->data[R_SPL] | (unsigned)cpu->data[R_SPH] << 8; }

void set_stack_pointer(unsigned to)
{
    cpu->data[R_SPL] = (uint8_t)to;
    cpu->data[R_SPH] = (uint8_t)(to >> 8);
    half_written = false;
}

void reset_stack(void)
{
    set_stack_pointer(RAM_END);
    base = RAM_END;
}

void core_begin(void) { base = stack_pointer(); }

static bool fits(int pushed, int popped)
{
    int now = (int)stack_pointer();
    return now + 1 - pushed >= RAM_START && now + popped <= RAM_END;
}

bool stack_allows(Kind kind)
{
    switch (kind) {
    case PUSH: return fits(1, 0);
    case CALL: return fits(2, 0);
    case POP: return fits(0, 1);
    case RETURN: case RETURN_FROM_INTERRUPT: return fits(0, 2);
    default: return true;
    }
}

/* After an instruction that moved the pointer. */
void stack_moved(Kind kind)
{
    half_written = kind == SET_STACK && !half_written;
    if (half_written)
        return;
    if (!fits(0, 0))
        finish("stack-overflow");
    unsigned now = stack_pointer();
    if (now < base && base - now > bench.stack)
        bench.stack = base - now;
}

void push_address(unsigned word)
{
    unsigned now = stack_pointer();
    if (!stack_allows(CALL)) {
        finish("stack-overflow");
        return;
    }
    cpu->data[now] = (uint8_t)word;
    cpu->data[now - 1] = (uint8_t)(word >> 8);
    set_stack_pointer(now - 2);
    stack_moved(CALL);
}
