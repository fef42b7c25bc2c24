/* Modbus RTU server on USART1 and RS-485: frames end by silence, which TIM3 measures; functions 3, 6 and 16. */
#include <stdbool.h>
#include <stdint.h>

typedef struct {
    volatile uint32_t SR, DR, BRR, CR1, CR2, CR3;
} USART_TypeDef;

typedef struct {
    volatile uint32_t CR1, CR2, SMCR, DIER, SR, EGR, CCMR1, CCMR2, CCER, CNT, PSC, ARR;
} TIM_TypeDef;

#define RCC_APB2ENR (*(volatile uint32_t *)0x40021018)
#define RCC_APB2ENR_IOPAEN (1u << 2)
#define RCC_APB2ENR_USART1EN (1u << 14)
#define RCC_APB1ENR (*(volatile uint32_t *)0x4002101C)
#define RCC_APB1ENR_TIM3EN (1u << 1)
#define GPIOA_CRH (*(volatile uint32_t *)0x40010804)
#define GPIOA_BSRR (*(volatile uint32_t *)0x40010810)
#define GPIOA_BRR (*(volatile uint32_t *)0x40010814)
#define NVIC_ISER0 (*(volatile uint32_t *)0xE000E100)
#define NVIC_ISER1 (*(volatile uint32_t *)0xE000E104)
#define TIM3_IRQn 29
#define USART1_IRQn 37
#define USART1 ((USART_TypeDef *)0x40013800)
#define USART_SR_ERRORS 0x0Fu /* ORE, NE, FE, PE */
#define USART_SR_ORE (1u << 3)
#define USART_SR_RXNE (1u << 5)
#define USART_SR_TC (1u << 6)
#define USART_SR_TXE (1u << 7)
#define USART_CR1_TCIE (1u << 6)
#define USART_CR1_TXEIE (1u << 7)
#define USART_CR1_8E1 0x342Cu /* UE, M, PCE, RXNEIE, TE, RE */
#define TIM3 ((TIM_TypeDef *)0x40000400)
#define TIM_CR1_CEN (1u << 0)
#define TIM_CR1_URS (1u << 2) /* UG is no update event for the interrupt */
#define TIM_CR1_OPM (1u << 3)
#define TIM_DIER_UIE (1u << 0)
#define TIM_SR_UIF (1u << 0)
#define TIM_EGR_UG (1u << 0)

#define PCLK2_HZ 72000000
#define TIMER_HZ 72000000
#define BAUD 19200
#define SILENCE_US 2006 /* 3.5 characters of 11 bits; 1750 above 19200 baud */
#define DE_PIN 8        /* of GPIOA: high switches the RS-485 driver on */
#define SERVER_ADDRESS 17
#define FIRST_REGISTER 100
#define REGISTER_COUNT 16

#define BRR_VALUE ((PCLK2_HZ + BAUD / 2u) / BAUD)
#define FRAME_MAX 256
#define FRAME_MIN 4 /* address, function, CRC */
#define MAX_READ 125u
#define MAX_WRITE 123u

enum { READ_REGISTERS = 3, WRITE_REGISTER = 6, WRITE_REGISTERS = 16, EXCEPTION = 0x80 };
enum { ILLEGAL_FUNCTION = 1, ILLEGAL_ADDRESS = 2, ILLEGAL_VALUE = 3 };

uint16_t modbus_registers[REGISTER_COUNT]; /* main's own: requests are served in modbus_poll */

static enum { RECEIVING, READY, SENDING } volatile state;
static volatile uint8_t frame[FRAME_MAX]; /* the interrupts' in RECEIVING and SENDING, main's in READY */
static volatile uint32_t length;
static volatile uint32_t sent;
static volatile bool broken;

static void listen(void)
{
    length = 0;
    broken = false;
    state = RECEIVING;
}

static void receive(uint32_t status)
{
    uint8_t byte = (uint8_t)USART1->DR; /* without the parity bit; after SR this clears the error flags */

    if (state != RECEIVING)
        return;
    TIM3->EGR = TIM_EGR_UG; /* silence counts anew from each byte */
    TIM3->CR1 = TIM_CR1_OPM | TIM_CR1_URS | TIM_CR1_CEN;
    if ((status & USART_SR_ERRORS) || length == FRAME_MAX)
        broken = true; /* the rest still has to pass before the next frame can begin */
    else
        frame[length++] = byte;
}

void USART1_IRQHandler(void)
{
    uint32_t status = USART1->SR;
    uint32_t enabled = USART1->CR1;

    if (status & (USART_SR_RXNE | USART_SR_ORE))
        receive(status);
    if ((status & USART_SR_TXE) && (enabled & USART_CR1_TXEIE)) {
        USART1->DR = frame[sent++];
        if (sent == length)
            USART1->CR1 = USART_CR1_8E1 | USART_CR1_TCIE; /* the last byte has still to leave */
    } else if ((status & USART_SR_TC) && (enabled & USART_CR1_TCIE)) {
        GPIOA_BRR = 1u << DE_PIN;
        USART1->CR1 = USART_CR1_8E1;
        listen();
    }
}

void TIM3_IRQHandler(void)
{
    TIM3->SR = ~TIM_SR_UIF;
    if (state != RECEIVING)
        return;
    if (broken || length < FRAME_MIN)
        listen();
    else
        state = READY;
}

static uint16_t crc_of(uint32_t count)
{
    uint16_t crc = 0xFFFF;
    uint32_t i;
    uint32_t bit;

    for (i = 0; i < count; i++) {
        crc ^= frame[i];
        for (bit = 0; bit < 8; bit++)
            crc = (crc & 1) ? (uint16_t)((crc >> 1) ^ 0xA001) : (uint16_t)(crc >> 1);
    }
    return crc;
}

static bool is_intact(void)
{
    uint16_t crc = crc_of(length - 2);

    return frame[length - 2] == (crc & 0xFF) && frame[length - 1] == crc >> 8;
}

static uint32_t word_at(uint32_t at)
{
    return ((uint32_t)frame[at] << 8) | frame[at + 1];
}

static void put_word(uint32_t at, uint16_t value)
{
    frame[at] = (uint8_t)(value >> 8);
    frame[at + 1] = (uint8_t)value;
}

static uint32_t exception(uint8_t code)
{
    uint8_t function = frame[1];

    frame[1] = function | EXCEPTION;
    frame[2] = code;
    return 3;
}

static bool exists(uint32_t first, uint32_t count)
{
    return first >= FIRST_REGISTER && first + count <= FIRST_REGISTER + REGISTER_COUNT;
}

static uint32_t read_registers(void)
{
    uint32_t first = word_at(2);
    uint32_t count = word_at(4);
    uint32_t i;

    if (length != 8 || count == 0 || count > MAX_READ)
        return exception(ILLEGAL_VALUE);
    if (!exists(first, count))
        return exception(ILLEGAL_ADDRESS);
    frame[2] = (uint8_t)(2 * count);
    for (i = 0; i < count; i++)
        put_word(3 + 2 * i, modbus_registers[first - FIRST_REGISTER + i]);
    return 3 + 2 * count;
}

static uint32_t write_register(void)
{
    uint32_t number = word_at(2);

    if (length != 8)
        return exception(ILLEGAL_VALUE);
    if (!exists(number, 1))
        return exception(ILLEGAL_ADDRESS);
    modbus_registers[number - FIRST_REGISTER] = (uint16_t)word_at(4);
    return 6; /* the answer repeats the request */
}

static uint32_t write_registers(void)
{
    uint32_t first = word_at(2);
    uint32_t count = word_at(4);
    uint32_t i;

    if (count == 0 || count > MAX_WRITE || frame[6] != 2 * count || length != 9 + 2 * count)
        return exception(ILLEGAL_VALUE);
    if (!exists(first, count))
        return exception(ILLEGAL_ADDRESS);
    for (i = 0; i < count; i++)
        modbus_registers[first - FIRST_REGISTER + i] = (uint16_t)word_at(7 + 2 * i);
    return 6;
}

static uint32_t serve(void)
{
    switch (frame[1]) {
    case READ_REGISTERS:
        return read_registers();
    case WRITE_REGISTER:
        return write_register();
    case WRITE_REGISTERS:
        return write_registers();
    default:
        return exception(ILLEGAL_FUNCTION);
    }
}

/* Serves the request that has come, if any; call from the main loop. */
void modbus_poll(void)
{
    bool broadcast;
    uint32_t reply;
    uint16_t crc;

    if (state != READY)
        return;
    broadcast = frame[0] == 0;
    if (!is_intact() || (!broadcast && frame[0] != SERVER_ADDRESS)) {
        listen();
        return;
    }
    reply = serve();
    if (broadcast) {
        listen(); /* carried out, but not answered */
        return;
    }
    crc = crc_of(reply);
    frame[reply] = (uint8_t)crc; /* low byte first, other than all the rest */
    frame[reply + 1] = (uint8_t)(crc >> 8);
    length = reply + 2;
    sent = 0;
    state = SENDING;
    GPIOA_BSRR = 1u << DE_PIN;
    USART1->CR1 = USART_CR1_8E1 | USART_CR1_TXEIE;
}

/* Registers keep what they hold. */
void modbus_init(void)
{
    const uint32_t shift = 4u * (DE_PIN - 8u);

    RCC_APB2ENR |= RCC_APB2ENR_IOPAEN | RCC_APB2ENR_USART1EN;
    RCC_APB1ENR |= RCC_APB1ENR_TIM3EN;
    USART1->CR1 = 0;
    listen();
    GPIOA_BRR = 1u << DE_PIN; /* off the bus before the pin drives */
    GPIOA_BSRR = 1u << 10;    /* pull-up of RX */
    GPIOA_CRH = (GPIOA_CRH & ~(0xFF0u | (0xFu << shift)))
              | 0x8B0u /* PA9 alternate push-pull, PA10 input pulled */
              | (0x2u << shift);
    TIM3->PSC = TIMER_HZ / 1000000 - 1;
    TIM3->ARR = SILENCE_US - 1;
    TIM3->CR1 = TIM_CR1_URS;
    TIM3->EGR = TIM_EGR_UG;
    TIM3->SR = ~TIM_SR_UIF;
    TIM3->DIER = TIM_DIER_UIE;
    USART1->BRR = BRR_VALUE;
    USART1->CR1 = USART_CR1_8E1;
    NVIC_ISER0 = 1u << TIM3_IRQn;
    NVIC_ISER1 = 1u << (USART1_IRQn - 32);
}
