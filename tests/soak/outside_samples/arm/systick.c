/* SPDX-License-Identifier: Apache-2.0 */
/* A dialect sample of our own, in the C of Cortex-M projects. */
#include <stdbool.h>
#include <stdint.h>

#define __IO volatile
#define __STATIC_INLINE static inline
#define REG(base, offset) (*(__IO uint32_t *)((base) + (offset)))

typedef struct {
    __IO uint32_t CTRL, LOAD, VAL;
    const __IO uint32_t CALIB;
} SysTick_t;

#define SYSTICK ((SysTick_t *)0xE000E010UL)

static __IO uint32_t ticks;
static uint8_t pool[64] __attribute__((aligned(8), section(".noinit")));

void SysTick_Handler(void)
{
    ticks++;
}

__STATIC_INLINE __attribute__((always_inline)) void wait_for_interrupt(void)
{
    __asm__ volatile ("wfi" ::: "memory");
}

bool systick_start(uint32_t hz, uint32_t clock)
{
    uint32_t reload = clock / hz - 1U;

    if (hz == 0 || reload > 0xFFFFFFUL) {
        return false;
    }
    SYSTICK->LOAD = reload;
    SYSTICK->VAL = 0;
    SYSTICK->CTRL = (1U << 2) | (1U << 1) | (1U << 0);
    return true;
}

void delay_ticks(uint32_t count)
{
    uint32_t start = ticks;
    while ((uint32_t)(ticks - start) < count) {
        wait_for_interrupt();
    }
}

static uint32_t fletcher(const uint8_t *bytes, uint32_t length)
{
    uint32_t a = 0, b = 0;
    for (uint32_t i = 0; i < length; ++i) {
        a = (a + bytes[i]) % 255;
        b = (b + a) % 255;
    }
    return (b << 8) | a;
}

uint32_t pool_sum(void)
{
    if (REG(0x40021000UL, 0x18) & 4) {
        return fletcher(pool, sizeof pool);
    } else {
        return 0;
    }
}
