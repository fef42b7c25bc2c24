static uint8_t pattern(uint8_t n)
{
    return (uint8_t)(n * 37 + 11);
}

void main(void)
{
    uint8_t written = 0;
    uint8_t taken = 0;
    uint8_t byte = 0x5A;
    uint8_t i;

    SIM_MARK(1); /* empty */
    SIM_EXPECT(fifo_count(), 0);
    SIM_EXPECT(fifo_get(&byte), 0);
    SIM_EXPECT(fifo_peek(0, &byte), 0);
    SIM_EXPECT(byte, 0x5A);
    SIM_EXPECT(fifo_nearly_full(), 0);

    SIM_MARK(2); /* up to full, high mark on the way */
    for (i = 0; i < HOLE_FIFO_SIZE; i++) {
        SIM_EXPECT(fifo_nearly_full(), i >= HOLE_HIGH_MARK ? 1 : 0);
        SIM_EXPECT(fifo_put(pattern(written++)), 1);
        SIM_EXPECT(fifo_count(), i + 1);
    }
    SIM_EXPECT(fifo_put(0xEE), 0);
    SIM_EXPECT(fifo_count(), HOLE_FIFO_SIZE);
    SIM_EXPECT(fifo_nearly_full(), 1);
    SIM_EXPECT(fifo_peek(0, &byte), 1);
    SIM_EXPECT(byte, pattern(0));
    SIM_EXPECT(fifo_peek(HOLE_FIFO_SIZE - 1, &byte), 1);
    SIM_EXPECT(byte, pattern(HOLE_FIFO_SIZE - 1));
    byte = 0xA5;
    SIM_EXPECT(fifo_peek(HOLE_FIFO_SIZE, &byte), 0);
    SIM_EXPECT(byte, 0xA5);

    SIM_MARK(3); /* drain in order; a refused byte left no trace */
    for (i = 0; i < HOLE_FIFO_SIZE; i++) {
        SIM_EXPECT(fifo_get(&byte), 1);
        SIM_EXPECT(byte, pattern(taken++));
        SIM_EXPECT(fifo_count(), HOLE_FIFO_SIZE - 1 - i);
    }
    SIM_EXPECT(fifo_get(&byte), 0);

    SIM_MARK(4); /* round and round with three bytes inside, past the wrap of an 8-bit index */
    for (i = 0; i < 3; i++)
        fifo_put(pattern(written++));
    for (i = 0; i < 250; i++) {
        fifo_put(pattern(written++));
        fifo_peek(3, &byte);
        if (byte != pattern((uint8_t)(taken + 3)))
            SIM_EXPECT(byte, pattern((uint8_t)(taken + 3)));
        fifo_get(&byte);
        if (byte != pattern(taken))
            SIM_EXPECT(byte, pattern(taken));
        taken++;
    }
    SIM_EXPECT(fifo_count(), 3);

    SIM_MARK(5); /* a random mix */
    for (i = 0; i < 60; i++) {
        if (SIM_DRAW(0, 1)) {
            uint8_t room = (uint8_t)(written - taken) < HOLE_FIFO_SIZE;
            SIM_EXPECT(fifo_put(pattern(written)), room);
            written = (uint8_t)(written + room);
        } else if (written != taken) {
            SIM_EXPECT(fifo_get(&byte), 1);
            SIM_EXPECT(byte, pattern(taken++));
        } else {
            SIM_EXPECT(fifo_get(&byte), 0);
        }
        SIM_EXPECT(fifo_count(), (uint8_t)(written - taken));
    }

    SIM_MARK(6);
    fifo_put(1);
    fifo_clear();
    SIM_EXPECT(fifo_count(), 0);
    SIM_EXPECT(fifo_get(&byte), 0);
    SIM_EXPECT(fifo_put(0x77), 1);
    SIM_EXPECT(fifo_get(&byte), 1);
    SIM_EXPECT(byte, 0x77);
    SIM_DONE();
}
