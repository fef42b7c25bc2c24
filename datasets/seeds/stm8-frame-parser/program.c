/* Frames on a byte stream: flags between them, escapes inside, CRC-16 at the end; sent by UART2. */
#include <stdbool.h>
#include <stdint.h>

#define UART2_SR (*(volatile uint8_t *)0x5240)
#define UART2_DR (*(volatile uint8_t *)0x5241)
#define TXE 0x80

#define FLAG 0x7E   /* begins and ends each frame, stands nowhere else */
#define ESCAPE 0x7D /* the byte after it has FLIP changed */
#define FLIP 0x20

#define MAX_LENGTH 32 /* of a payload */
#define CRC_LENGTH 2
#define CRC_POLYNOMIAL 0x8408 /* the lowest bit goes first */
#define CRC_START 0xFFFF
#define MANY 255

enum {
    HUNTING,   /* no flag seen yet: whatever comes is the rest of something */
    RECEIVING, /* within a frame, or between two */
    SKIPPING   /* this frame is lost already */
};

static uint8_t frame[MAX_LENGTH + CRC_LENGTH];
static uint8_t length;
static uint8_t state;
static bool escaped;    /* the last byte was an ESCAPE */
static uint8_t damaged; /* frames that were thrown away; stops at MANY */

/* The CRC as it is sent, inverted: an inserted or a lost zero at an end is noticed. */
static uint16_t crc_of(const uint8_t *bytes, uint8_t count)
{
    uint16_t crc = CRC_START;
    uint8_t bit;
    bool carry;

    while (count--) {
        crc ^= *bytes++;
        for (bit = 0; bit < 8; bit++) {
            carry = crc & 1;
            crc >>= 1;
            if (carry)
                crc ^= CRC_POLYNOMIAL;
        }
    }
    return ~crc;
}

/* Forgets everything that has come so far. */
void frame_reset(void)
{
    state = HUNTING;
    damaged = 0;
}

/* Frames that were damaged, cut off or too long since frame_reset. */
uint8_t frame_damaged(void)
{
    return damaged;
}

/* The last payload; it holds until the next byte is put in. */
const uint8_t *frame_payload(void)
{
    return frame;
}

static bool is_whole(void)
{
    uint16_t crc;

    if (state == SKIPPING || escaped || length <= CRC_LENGTH)
        return false;
    crc = crc_of(frame, length - CRC_LENGTH);
    return frame[length - 2] == (uint8_t)crc && frame[length - 1] == (uint8_t)(crc >> 8);
}

/* A flag ends one frame and begins the next; several in a row are only a pause. */
static uint8_t flag(void)
{
    uint8_t payload = 0;

    if (state == SKIPPING || (state == RECEIVING && (length != 0 || escaped))) {
        if (is_whole())
            payload = length - CRC_LENGTH;
        else if (damaged != MANY)
            damaged++;
    }
    state = RECEIVING;
    length = 0;
    escaped = false;
    return payload;
}

/* Takes one received byte; returns the payload's length when it completed a good frame, else 0. */
uint8_t frame_put(uint8_t byte)
{
    if (byte == FLAG)
        return flag();
    if (state != RECEIVING)
        return 0;
    if (byte == ESCAPE) {
        if (escaped)
            state = SKIPPING;
        escaped = true;
        return 0;
    }
    if (length == sizeof frame) {
        state = SKIPPING; /* nothing is ever written behind the buffer */
        return 0;
    }
    if (escaped)
        byte ^= FLIP;
    escaped = false;
    frame[length] = byte;
    length++;
    return 0;
}

static void send(uint8_t byte)
{
    while (!(UART2_SR & TXE))
        ;
    UART2_DR = byte;
}

static void send_inside(uint8_t byte)
{
    if (byte == FLAG || byte == ESCAPE) {
        send(ESCAPE);
        byte ^= FLIP;
    }
    send(byte);
}

/* Sends a payload of 1 to MAX_LENGTH bytes as a frame; refuses others. */
bool frame_send(const uint8_t *payload, uint8_t count)
{
    uint16_t crc;
    uint8_t i;

    if (count == 0 || count > MAX_LENGTH)
        return false;
    crc = crc_of(payload, count);
    send(FLAG);
    for (i = 0; i < count; i++)
        send_inside(payload[i]);
    send_inside((uint8_t)crc);
    send_inside((uint8_t)(crc >> 8));
    send(FLAG);
    return true;
}
