/* Frames for a serial link: Fletcher-16 behind the payload, COBS around both, one delimiter at the end. */
#include <stdbool.h>
#include <stdint.h>

#define PAYLOAD_MAX 300
#define MODULUS 255     /* of both sums */
#define CHECK_START 0   /* the first sum begins here */
#define DELIMITER 0x00  /* every other byte is changed by exclusive or, so that this one never appears */

#define CHECK_SIZE 2
#define RAW_MAX (PAYLOAD_MAX + CHECK_SIZE)
#define FULL_BLOCK 0xFF /* 254 bytes, and no zero behind them */

typedef enum {
    FRAME_PENDING, /* no frame has ended */
    FRAME_READY,   /* frame_payload() and frame_length() are valid until the next byte */
    FRAME_BAD      /* broken, too long or damaged */
} frame_result_t;

/* Encoder: the block under way is closed by writing its code where it began. */
static uint8_t *block;
static uint8_t *out;
static uint8_t code;

/* Decoder. */
static uint8_t raw[RAW_MAX];
static uint16_t stored;
static uint8_t left;    /* data bytes of the block to come */
static bool zero_due;   /* before the next block */
static bool started;    /* the frame has at least a code */
static bool broken;
static uint16_t ready;  /* length of the payload in raw, if a frame has just ended */

/* Fletcher-16: the plain sum in the low byte, the sum of these sums in the high one. */
uint16_t fletcher16(const uint8_t *data, uint16_t length)
{
    uint16_t sum = CHECK_START;
    uint16_t sums = 0;

    while (length-- != 0) {
        sum += *data++;
        if (sum >= MODULUS)
            sum -= MODULUS; /* once is enough: a byte is at most 255 */
        sums += sum;
        if (sums >= MODULUS)
            sums -= MODULUS;
    }
    return (uint16_t)(sums << 8 | sum);
}

static void open_block(void)
{
    block = out++;
    code = 1;
}

static void close_block(void)
{
    *block = code ^ DELIMITER;
}

static void encode(uint8_t byte)
{
    if (code == FULL_BLOCK) { /* only now, since a full block at the very end needs no other one */
        close_block();
        open_block();
    }
    if (byte == 0) {
        close_block();
        open_block();
    } else {
        *out++ = byte ^ DELIMITER;
        code++;
    }
}

/* Writes a frame, delimiter included, and gives its length; 0 for a payload that is too long. */
uint16_t frame_encode(const uint8_t *payload, uint16_t length, uint8_t *frame)
{
    uint16_t check;
    uint16_t i;

    if (length > PAYLOAD_MAX)
        return 0;
    check = fletcher16(payload, length);
    out = frame;
    open_block();
    for (i = 0; i < length; i++)
        encode(payload[i]);
    encode((uint8_t)check);
    encode((uint8_t)(check >> 8));
    close_block();
    *out++ = DELIMITER;
    return (uint16_t)(out - frame);
}

/* Begins a new frame; bytes before the next delimiter belong to it. */
void frame_reset(void)
{
    stored = 0;
    left = 0;
    zero_due = false;
    started = false;
    broken = false;
    ready = 0;
}

static void store(uint8_t byte)
{
    if (stored < RAW_MAX)
        raw[stored++] = byte;
    else
        broken = true;
}

/* Whether what was received is a whole frame with the right check bytes. */
static bool is_whole(void)
{
    uint16_t check;

    if (broken || left != 0 || stored < CHECK_SIZE)
        return false;
    check = fletcher16(raw, stored - CHECK_SIZE);
    return raw[stored - 2] == (uint8_t)check && raw[stored - 1] == (uint8_t)(check >> 8);
}

/* Takes one received byte. Delimiters without a frame between them say nothing. */
frame_result_t frame_feed(uint8_t byte)
{
    bool whole;
    uint16_t length;

    ready = 0;
    if (byte == DELIMITER) {
        if (!started)
            return FRAME_PENDING;
        whole = is_whole();
        length = stored - CHECK_SIZE;
        frame_reset();
        if (!whole)
            return FRAME_BAD;
        ready = length;
        return FRAME_READY;
    }
    byte ^= DELIMITER;
    if (left != 0) {
        left--;
        store(byte);
        return FRAME_PENDING;
    }
    if (zero_due)
        store(0);
    started = true;
    left = byte - 1;
    zero_due = byte != FULL_BLOCK;
    return FRAME_PENDING;
}

/* The payload of the frame that has just been found ready. */
const uint8_t *frame_payload(void)
{
    return raw;
}

/* Its length; 0 when no frame has just ended. */
uint16_t frame_length(void)
{
    return ready;
}
