/* SPDX-License-Identifier: Apache-2.0
 *
 * Which instructions ran, and which way the conditional jumps among them went.
 */
#include <stdio.h>
#include <string.h>

#include "harness.h"

enum { SPAN = 1 << 20, RAN = 1, CONDITIONAL = 2, JUMPED = 4, STAYED = 8 };

/* Relative to the page of 1 MiB that the first instruction lies in; code elsewhere is not counted. */
static uint8_t ran[SPAN];
static uint32_t base, lowest, highest;
static bool any;

void forget_coverage(void)
{
    if (any)
        memset(ran + lowest, 0, highest - lowest + 1);
    any = false;
}

void cover(uint32_t pc, bool conditional, bool jumped)
{
    if (!any) {
        base = pc & ~(uint32_t)(SPAN - 1);
        lowest = highest = pc - base;
        any = true;
    }
    uint32_t at = pc - base;
    if (at >= SPAN)
        return;
    lowest = at < lowest ? at : lowest;
    highest = at > highest ? at : highest;
    ran[at] |= (uint8_t)(RAN | (conditional ? CONDITIONAL | (jumped ? JUMPED : STAYED) : 0));
}

void print_coverage(void)
{
    const char *before = "";
    printf(" | C ");
    for (uint32_t at = lowest; any && at <= highest; at++) {
        if (!(ran[at] & RAN))
            continue;
        uint8_t ways = ran[at] & (JUMPED | STAYED);
        printf("%s%X%s", before, base + at, !ways ? "" : ways == JUMPED ? "+" : ways == STAYED ? "-" : "*");
        before = ",";
    }
}
