/* SPDX-License-Identifier: Apache-2.0
 *
 * What runs before main on an STM32F103, and its vector table with the names that CMSIS gives the handlers. A handler
 * that a program does not define is an endless loop.
 */
#include <stddef.h>
#include <stdint.h>

extern uint32_t board_stack, board_data, board_data_end, board_data_source, board_bss, board_bss_end;

int main(void);

void Reset_Handler(void)
{
    const uint32_t *from = &board_data_source;
    for (uint32_t *to = &board_data; to != &board_data_end; to++)
        *to = *from++;
    for (uint32_t *to = &board_bss; to != &board_bss_end; to++)
        *to = 0;
    main();
    for (;;)
        ;
}

void Default_Handler(void)
{
    for (;;)
        ;
}

#define HANDLERS(_) \
    _(2, NMI_Handler) _(3, HardFault_Handler) _(4, MemManage_Handler) _(5, BusFault_Handler) \
    _(6, UsageFault_Handler) _(11, SVC_Handler) _(12, DebugMon_Handler) _(14, PendSV_Handler) _(15, SysTick_Handler) \
    _(16, WWDG_IRQHandler) _(17, PVD_IRQHandler) _(18, TAMPER_IRQHandler) _(19, RTC_IRQHandler) \
    _(20, FLASH_IRQHandler) _(21, RCC_IRQHandler) _(22, EXTI0_IRQHandler) _(23, EXTI1_IRQHandler) \
    _(24, EXTI2_IRQHandler) _(25, EXTI3_IRQHandler) _(26, EXTI4_IRQHandler) _(27, DMA1_Channel1_IRQHandler) \
    _(28, DMA1_Channel2_IRQHandler) _(29, DMA1_Channel3_IRQHandler) _(30, DMA1_Channel4_IRQHandler) \
    _(31, DMA1_Channel5_IRQHandler) _(32, DMA1_Channel6_IRQHandler) _(33, DMA1_Channel7_IRQHandler) \
    _(34, ADC1_2_IRQHandler) _(35, USB_HP_CAN1_TX_IRQHandler) _(36, USB_LP_CAN1_RX0_IRQHandler) \
    _(37, CAN1_RX1_IRQHandler) _(38, CAN1_SCE_IRQHandler) _(39, EXTI9_5_IRQHandler) _(40, TIM1_BRK_IRQHandler) \
    _(41, TIM1_UP_IRQHandler) _(42, TIM1_TRG_COM_IRQHandler) _(43, TIM1_CC_IRQHandler) _(44, TIM2_IRQHandler) \
    _(45, TIM3_IRQHandler) _(46, TIM4_IRQHandler) _(47, I2C1_EV_IRQHandler) _(48, I2C1_ER_IRQHandler) \
    _(49, I2C2_EV_IRQHandler) _(50, I2C2_ER_IRQHandler) _(51, SPI1_IRQHandler) _(52, SPI2_IRQHandler) \
    _(53, USART1_IRQHandler) _(54, USART2_IRQHandler) _(55, USART3_IRQHandler) _(56, EXTI15_10_IRQHandler) \
    _(57, RTC_Alarm_IRQHandler) _(58, USBWakeUp_IRQHandler)

#define DECLARED(number, name) void name(void) __attribute__((weak, alias("Default_Handler")));
#define LISTED(number, name) [number] = (uintptr_t)name,

HANDLERS(DECLARED)

__attribute__((section(".vectors"), used)) static const uintptr_t vectors[] = {
    [0] = (uintptr_t)&board_stack, [1] = (uintptr_t)Reset_Handler, HANDLERS(LISTED)
};

/* The compiler calls these by itself. A program may bring its own. */

__attribute__((weak)) void *memcpy(void *to, const void *from, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((uint8_t *)to)[i] = ((const uint8_t *)from)[i];
    return to;
}

__attribute__((weak)) void *memmove(void *to, const void *from, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        size_t at = to < from ? i : size - 1 - i;
        ((uint8_t *)to)[at] = ((const uint8_t *)from)[at];
    }
    return to;
}

__attribute__((weak)) void *memset(void *to, int value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((uint8_t *)to)[i] = (uint8_t)value;
    return to;
}

__attribute__((weak)) int memcmp(const void *one, const void *other, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        int difference = ((const uint8_t *)one)[i] - ((const uint8_t *)other)[i];
        if (difference)
            return difference;
    }
    return 0;
}
