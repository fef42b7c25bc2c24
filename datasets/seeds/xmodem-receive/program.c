/* XMODEM-CRC receiver: a state machine that takes bytes and timeouts and says what to send back. */
#include <stdint.h>

#define IMAGE_MAX 512 /* bytes that image has room for, whole blocks */
#define RETRY_MAX 10  /* complaints in a row before the transfer is given up */

#define BLOCK_SIZE 128

#define SOH 0x01
#define EOT 0x04
#define ACK 0x06
#define NAK 0x15
#define CAN 0x18
#define NO_REPLY 0
#define ASK_CRC 'C'

#define CRC_POLYNOMIAL 0x1021

enum xmodem_state {
    WAIT_HEAD,
    WAIT_NUMBER,
    WAIT_INVERSE,
    WAIT_DATA,
    WAIT_CRC,
    XMODEM_DONE,
    XMODEM_FAILED
};

__xdata uint8_t image[IMAGE_MAX];
uint16_t image_size; /* bytes received in good order */

static __xdata uint8_t block[BLOCK_SIZE]; /* until its CRC has been seen, nothing may reach image */
static uint8_t state;
static uint8_t expected; /* number of the next block, modulo 256 */
static uint8_t number;
static uint8_t inverse;
static uint8_t count;
static uint8_t complaints;
static uint16_t crc;

static void crc_add(uint8_t byte)
{
    uint8_t bit;

    crc ^= (uint16_t)byte << 8;
    for (bit = 0; bit < 8; bit++) {
        if (crc & 0x8000)
            crc = (crc << 1) ^ CRC_POLYNOMIAL;
        else
            crc <<= 1;
    }
}

/* Starts a transfer; send what it returns. */
uint8_t xmodem_start(void)
{
    state = WAIT_HEAD;
    expected = 1;
    complaints = 0;
    image_size = 0;
    return ASK_CRC;
}

static uint8_t give_up(void)
{
    state = XMODEM_FAILED;
    return CAN;
}

/* Asks for the block again, unless that has been tried often enough. */
static uint8_t complain(uint8_t reply)
{
    if (complaints == RETRY_MAX)
        return give_up();
    complaints++;
    state = WAIT_HEAD;
    return reply;
}

/* Judges a complete block. */
static uint8_t finish(void)
{
    uint8_t i;

    if (crc != 0 || (number ^ inverse) != 0xFF)
        return complain(NAK);
    if (number == expected) {
        if (image_size == IMAGE_MAX)
            return give_up();
        for (i = 0; i < BLOCK_SIZE; i++)
            image[image_size + i] = block[i];
        image_size += BLOCK_SIZE;
        expected++;
    } else if (number != (uint8_t)(expected - 1) || image_size == 0) {
        return give_up(); /* a lost block cannot be asked for */
    }
    complaints = 0; /* a repeated block means that our ACK was lost: acknowledge, store nothing */
    state = WAIT_HEAD;
    return ACK;
}

/* Takes a received byte; returns the byte to send, or NO_REPLY. */
uint8_t xmodem_byte(uint8_t byte)
{
    switch (state) {
    case WAIT_HEAD:
        if (byte == SOH) {
            state = WAIT_NUMBER;
        } else if (byte == EOT) {
            state = XMODEM_DONE;
            return ACK;
        } else if (byte == CAN) {
            state = XMODEM_FAILED;
        }
        break;
    case WAIT_NUMBER:
        number = byte;
        state = WAIT_INVERSE;
        break;
    case WAIT_INVERSE:
        inverse = byte;
        count = 0;
        crc = 0;
        state = WAIT_DATA;
        break;
    case WAIT_DATA:
        crc_add(byte);
        block[count++] = byte;
        if (count == BLOCK_SIZE)
            state = WAIT_CRC;
        break;
    case WAIT_CRC:
        crc_add(byte); /* over its own two bytes a CRC becomes 0 */
        if (++count == BLOCK_SIZE + 2)
            return finish();
        break;
    case XMODEM_DONE:
        if (byte == EOT)
            return ACK; /* the sender missed the first one */
        break;
    }
    return NO_REPLY;
}

/* Nothing came for the agreed time; returns the byte to send, or NO_REPLY. */
uint8_t xmodem_timeout(void)
{
    if (state >= XMODEM_DONE)
        return NO_REPLY;
    return complain(state == WAIT_HEAD && image_size == 0 ? ASK_CRC : NAK);
}

/* 0 while the transfer runs, 1 when it is complete, 2 when it failed. */
uint8_t xmodem_result(void)
{
    return state < XMODEM_DONE ? 0 : state - XMODEM_DONE + 1;
}
