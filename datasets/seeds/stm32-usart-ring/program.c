/* USART1 by interrupts in both directions: a ring each way, and every lost byte counted by its cause. */
#include <stdbool.h>
#include <stdint.h>

typedef struct {
    volatile uint32_t SR, DR, BRR, CR1, CR2, CR3, GTPR;
} USART_TypeDef;

#define USART1 ((USART_TypeDef *)0x40013800)
#define USART_SR_FE (1u << 1)
#define USART_SR_NE (1u << 2)
#define USART_SR_ORE (1u << 3)
#define USART_SR_RXNE (1u << 5)
#define USART_SR_TC (1u << 6)
#define USART_SR_TXE (1u << 7)
#define USART_CR1_RE (1u << 2)
#define USART_CR1_TE (1u << 3)
#define USART_CR1_RXNEIE (1u << 5)
#define USART_CR1_TXEIE (1u << 7)
#define USART_CR1_UE (1u << 13)
#define RCC_APB2ENR (*(volatile uint32_t *)0x40021018)
#define RCC_APB2ENR_IOPAEN (1u << 2)
#define RCC_APB2ENR_USART1EN (1u << 14)
#define GPIOA_CRH (*(volatile uint32_t *)0x40010804)
#define GPIOA_BSRR (*(volatile uint32_t *)0x40010810)
#define NVIC_ISER1 (*(volatile uint32_t *)0xE000E104)
#define USART1_IRQn 37

#define PCLK2_HZ 72000000
#define BAUD 115200
#define BRR_VALUE ((PCLK2_HZ + BAUD / 2u) / BAUD) /* USARTDIV has four binary places: 16 x clock / (16 x baud) */
#define RX_SIZE 64 /* powers of two, so that free-running indices need only a mask */
#define TX_SIZE 128

enum {
    USART_OVERRUN, /* the interrupt came too late */
    USART_FULL,    /* main came too late */
    USART_LINE,    /* noise, or a stop bit that was none */
    USART_CAUSES
};

static volatile uint8_t rx_ring[RX_SIZE];
static volatile uint8_t tx_ring[TX_SIZE];
static volatile uint32_t rx_head; /* written by the interrupt */
static volatile uint32_t rx_tail; /* written by main */
static volatile uint32_t tx_head; /* written by main */
static volatile uint32_t tx_tail; /* written by the interrupt */
static volatile uint32_t lost[USART_CAUSES];

static void receive(uint32_t status)
{
    uint8_t byte = (uint8_t)USART1->DR; /* after the read of SR this clears RXNE and the error flags */

    if (status & USART_SR_ORE)
        lost[USART_OVERRUN]++; /* the byte behind the one in DR is gone; this one is good */
    if (!(status & USART_SR_RXNE))
        return; /* nothing new in DR, only the flag had to go */
    if (status & (USART_SR_FE | USART_SR_NE)) {
        lost[USART_LINE]++;
    } else if (rx_head - rx_tail == RX_SIZE) {
        lost[USART_FULL]++;
    } else {
        rx_ring[rx_head % RX_SIZE] = byte;
        rx_head++; /* only now may main see it */
    }
}

void USART1_IRQHandler(void)
{
    uint32_t status = USART1->SR;

    if (status & (USART_SR_RXNE | USART_SR_ORE)) /* ORE asks for the interrupt even without RXNE */
        receive(status);
    if ((status & USART_SR_TXE) && (USART1->CR1 & USART_CR1_TXEIE)) {
        if (tx_tail == tx_head) {
            USART1->CR1 &= ~USART_CR1_TXEIE; /* TXE stays set: silence its interrupt until there is work */
        } else {
            USART1->DR = tx_ring[tx_tail % TX_SIZE];
            tx_tail++;
        }
    }
}

/* 8-N-1 on PA9 and PA10; forgets all bytes and counts. */
void usart_init(void)
{
    uint32_t cause;

    RCC_APB2ENR |= RCC_APB2ENR_IOPAEN | RCC_APB2ENR_USART1EN;
    USART1->CR1 = 0; /* no interrupt of an earlier user while the rings are emptied */
    rx_head = rx_tail = 0;
    tx_head = tx_tail = 0;
    for (cause = 0; cause < USART_CAUSES; cause++)
        lost[cause] = 0;
    GPIOA_BSRR = 1u << 10; /* pull-up: an open RX line is idle, not a break */
    GPIOA_CRH = (GPIOA_CRH & 0xFFFFF00Fu) | 0x8B0u; /* PA9 alternate push-pull 50 MHz, PA10 input pulled */
    USART1->CR2 = 0;
    USART1->CR3 = 0;
    USART1->BRR = BRR_VALUE;
    USART1->CR1 = USART_CR1_UE | USART_CR1_RXNEIE | USART_CR1_TE | USART_CR1_RE;
    NVIC_ISER1 = 1u << (USART1_IRQn - 32);
}

/* Oldest byte received, or -1. */
int32_t usart_read(void)
{
    uint8_t byte;

    if (rx_tail == rx_head)
        return -1;
    byte = rx_ring[rx_tail % RX_SIZE];
    rx_tail++;
    return byte;
}

/* Queues what fits of `length` bytes and returns how many that were; never waits. */
uint32_t usart_write(const uint8_t *data, uint32_t length)
{
    uint32_t done = 0;

    while (done < length && tx_head - tx_tail < TX_SIZE) {
        tx_ring[tx_head % TX_SIZE] = data[done++];
        tx_head++;
    }
    if (done > 0)
        USART1->CR1 |= USART_CR1_TXEIE; /* if the ring ran empty meanwhile, the interrupt takes it back */
    return done;
}

/* Whether the last stop bit has left: only now may the line be switched or the clock stopped. */
bool usart_sent(void)
{
    return tx_head == tx_tail && (USART1->SR & USART_SR_TC);
}

/* Bytes lost so far by one cause, 0 for a cause that there is not. */
uint32_t usart_lost(uint32_t cause)
{
    return cause < USART_CAUSES ? lost[cause] : 0;
}
