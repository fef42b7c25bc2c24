/* Byte FIFO between an interrupt routine and the main loop: one writer, one reader. */
#include <stdint.h>

#define FIFO_SIZE 16
#define HIGH_MARK 12
#define INDEX_MASK (FIFO_SIZE - 1)

static volatile __idata uint8_t storage[FIFO_SIZE];
static volatile uint8_t head; /* bytes ever written, modulo 256 */
static volatile uint8_t tail; /* bytes ever read, modulo 256 */

/* Number of bytes waiting; the indices run freely, so their difference is the fill level. */
uint8_t fifo_count(void)
{
    return (uint8_t)(head - tail);
}

/* Appends one byte; gives 0 and drops it when the buffer is full. Only the writer calls this. */
uint8_t fifo_put(uint8_t byte)
{
    if (fifo_count() == FIFO_SIZE)
        return 0;
    storage[head & INDEX_MASK] = byte;
    head++; /* publish only after the byte is in place */
    return 1;
}

/* Takes the oldest byte; gives 0 and leaves *byte alone when there is none. Only the reader calls this. */
uint8_t fifo_get(uint8_t *byte)
{
    if (head == tail)
        return 0;
    *byte = storage[tail & INDEX_MASK];
    tail++; /* free the place only after the byte is out */
    return 1;
}

/* Looks at the byte that lies `offset` places behind the oldest one without taking it. */
uint8_t fifo_peek(uint8_t offset, uint8_t *byte)
{
    if (offset >= fifo_count())
        return 0;
    *byte = storage[(uint8_t)(tail + offset) & INDEX_MASK];
    return 1;
}

/* Tells the sender to pause: 1 from the high mark on. */
uint8_t fifo_nearly_full(void)
{
    return fifo_count() >= HIGH_MARK;
}

/* Throws away what waits; only the reader's index moves, so it is safe beside the writer. */
void fifo_clear(void)
{
    tail = head;
}
