/* Interrupt-driven receiver on USART1 of the STM32F103, with a ring of bytes. */
#include <stdbool.h>
#include <stdint.h>

typedef struct {
    volatile uint32_t SR, DR, BRR, CR1, CR2, CR3, GTPR;
} USART_TypeDef;

#define USART1 ((USART_TypeDef *)0x40013800)
#define GPIOA_CRH (*(volatile uint32_t *)0x40010804)
#define RCC_APB2ENR (*(volatile uint32_t *)0x40021018)
#define NVIC_ISER1 (*(volatile uint32_t *)0xE000E104)

#define SR_ORE (1u << 3)
#define SR_RXNE (1u << 5)
#define CR1_RE (1u << 2)
#define CR1_RXNEIE (1u << 5)
#define CR1_UE (1u << 13)

#define RING_SIZE 32 /* a power of two */
#define BAUD_DIVIDER 833

static volatile uint8_t ring[RING_SIZE];
static volatile uint32_t head; /* counts up, written by the interrupt only */
static volatile uint32_t tail; /* counts up, written by the main program only */
static volatile uint32_t overruns;

/* PA10 as input, USART1 8N1 receiving by interrupt. */
void rx_init(void)
{
    head = 0;
    tail = 0;
    overruns = 0;
    RCC_APB2ENR |= (1u << 2) | (1u << 14); /* port A, USART1 */
    GPIOA_CRH = (GPIOA_CRH & ~(0xFu << 8)) | (0x4u << 8); /* PA10 floating input */
    USART1->BRR = BAUD_DIVIDER;
    USART1->CR1 = CR1_UE | CR1_RE | CR1_RXNEIE;
    NVIC_ISER1 = 1u << 5; /* interrupt 37 */
}

/* Takes one byte into *byte; false when there is none. */
bool rx_get(uint8_t *byte)
{
    if (head == tail)
        return false;
    *byte = ring[tail % RING_SIZE];
    tail++;
    return true;
}

/* Bytes lost so far, by a full ring or by the receiver itself. */
uint32_t rx_overruns(void)
{
    return overruns;
}

void USART1_IRQHandler(void)
{
    uint32_t status = USART1->SR;
    uint8_t byte;

    if ((status & (SR_RXNE | SR_ORE)) == 0)
        return;
    byte = (uint8_t)USART1->DR; /* ends both requests */
    if (status & SR_ORE)
        overruns++;
    if (head - tail == RING_SIZE) {
        overruns++;
        return;
    }
    ring[head % RING_SIZE] = byte;
    head++;
}
