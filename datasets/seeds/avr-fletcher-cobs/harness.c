enum { PENDING, READY, BAD };

static uint8_t data[HOLE_PAYLOAD_MAX + 4];
static uint8_t frame[HOLE_PAYLOAD_MAX + 12];
static uint16_t size;

/* Fletcher's sums by division, from the definition. */
static uint16_t check_of(const uint8_t *bytes, uint16_t length)
{
    uint32_t a = HOLE_CHECK_START;
    uint32_t b = 0;
    uint16_t i;

    for (i = 0; i < length; i++) {
        a += bytes[i];
        b += a;
    }
    return (uint16_t)((b % HOLE_MODULUS) * 256 + a % HOLE_MODULUS);
}


/* Takes the frame apart: block by block it must give payload and check bytes, and be no longer than need be. */
static void encoded(uint16_t length)
{
    uint16_t at = 0;
    uint16_t i = 0;
    uint16_t check = check_of(data, length);
    uint8_t code;
    uint8_t n;
    uint8_t wrong = 0;

    frame[size] = 0xA5;
    size = frame_encode(data, length, frame);
    SIM_EXPECT(fletcher16(data, length), check);
    SIM_EXPECT(size > 2, 1);
    SIM_EXPECT(frame[size - 1], HOLE_DELIMITER);
    while (at < size - 1) {
        code = frame[at++] ^ HOLE_DELIMITER;
        wrong |= code == 0;
        for (n = 1; n < code; n++, at++, i++) {
            wrong |= frame[at] == HOLE_DELIMITER;
            wrong |= (uint8_t)(frame[at] ^ HOLE_DELIMITER)
                     != (i < length ? data[i] : (uint8_t)(i == length ? check : check >> 8));
        }
        if (code == 0xFF) {
            if (at == size - 1)
                break;
            continue; /* a full block has no zero behind it */
        }
        if (at < size - 1) {
            wrong |= (i < length ? data[i] : (uint8_t)(i == length ? check : check >> 8)) != 0;
            i++;
        }
    }
    SIM_EXPECT(at, size - 1);
    SIM_EXPECT(i, length + 2);
    SIM_EXPECT(wrong, 0);
}

static uint8_t feed(uint16_t count)
{
    uint16_t i;
    uint8_t early = 0;

    for (i = 0; i < count; i++)
        early |= frame_feed(frame[i]) != PENDING;
    return early;
}

static void decoded(uint16_t length)
{
    uint16_t i;
    uint8_t wrong = 0;

    SIM_EXPECT(feed(size - 1), 0);
    SIM_EXPECT(frame_feed(HOLE_DELIMITER), READY);
    SIM_EXPECT(frame_length(), length);
    for (i = 0; i < length; i++)
        wrong |= frame_payload()[i] != data[i];
    SIM_EXPECT(wrong, 0);
}

static void both(uint16_t length)
{
    encoded(length);
    decoded(length);
}

static void fill(uint16_t length, uint8_t first, uint8_t step)
{
    uint16_t i;

    for (i = 0; i < length; i++) {
        data[i] = first;
        first += step;
    }
}

static void refuses(void)
{
    uint16_t i;

    for (i = 0; i < size - 1; i++)
        frame_feed(frame[i]);
    SIM_EXPECT(frame_feed(HOLE_DELIMITER), BAD);
    SIM_EXPECT(frame_length(), 0);
}

void main(void)
{
    uint8_t k;
    uint16_t i;
    uint16_t length;

    SIM_MARK(1); /* sums */
    SIM_EXPECT(fletcher16(data, 0), HOLE_CHECK_START);
    data[0] = 'a';
    data[1] = 'b';
    data[2] = 'c';
    data[3] = 'd';
    data[4] = 'e';
    SIM_EXPECT(fletcher16(data, 5), check_of(data, 5));
    SIM_EXPECT(fletcher16(data, 1), (0x61 + HOLE_CHECK_START) * 0x101);
    fill(40, 255, 0);
    for (k = 0; k < 40; k++)
        SIM_EXPECT(fletcher16(data, k), check_of(data, k));
    fill(40, 254, 1);
    for (k = 0; k < 40; k++)
        SIM_EXPECT(fletcher16(data, k), check_of(data, k));
    fill(HOLE_PAYLOAD_MAX, 1, 7);
    SIM_EXPECT(fletcher16(data, HOLE_PAYLOAD_MAX), check_of(data, HOLE_PAYLOAD_MAX));

    SIM_MARK(2); /* nothing, zeros, no zeros */
    frame_feed((uint8_t)(HOLE_DELIMITER ^ 5)); /* somebody sent a part of a frame */
    frame_feed(1);
    frame_reset();
    SIM_EXPECT(frame_length(), 0);
    both(0);
    SIM_EXPECT(frame_feed(HOLE_DELIMITER), PENDING);
    SIM_EXPECT(frame_length(), 0);
    for (k = 1; k < 6; k++) {
        fill(k, 0, 0);
        both(k);
        fill(k, HOLE_DELIMITER, 0);
        both(k);
        fill(k, 0x11, 0x22);
        both(k);
        fill(k, 0xFF, 1); /* a zero in second place */
        both(k);
        data[k - 1] = 0;
        both(k);
    }
    for (k = 0; k < 12; k++) {
        SIM_MARK(10 + k);
        length = (uint16_t)SIM_DRAW(1, 24);
        for (i = 0; i < length; i++)
            data[i] = (uint8_t)SIM_DRAW(0, 255) & (uint8_t)SIM_DRAW(0, 255);
        both(length);
    }

    SIM_MARK(3); /* as long as it may be, and longer; around the length of a full block */
    for (k = 0; k < 4; k++) {
        length = 251 + k;
        if (length > HOLE_PAYLOAD_MAX)
            break;
        fill(length, 3, 0); /* no zeros */
        both(length);
        data[0] = 0;
        both(length);
    }
    fill(HOLE_PAYLOAD_MAX, 200, 1); /* a zero somewhere */
    both(HOLE_PAYLOAD_MAX);
    fill(HOLE_PAYLOAD_MAX, 201, 0);
    both(HOLE_PAYLOAD_MAX);
    data[HOLE_PAYLOAD_MAX - 1] = 0;
    both(HOLE_PAYLOAD_MAX);
    fill(HOLE_PAYLOAD_MAX, 0, 0);
    both(HOLE_PAYLOAD_MAX);
    frame[0] = 0x5A;
    SIM_EXPECT(frame_encode(data, HOLE_PAYLOAD_MAX + 1, frame), 0);
    SIM_EXPECT(frame_encode(data, 0xFFFF, frame), 0);
    SIM_EXPECT(frame[0], 0x5A);

    SIM_MARK(4); /* damaged: each byte, a byte too few or too many; the frame behind it is whole again */
    fill(6, 0xFD, 1);
    encoded(6);
    for (i = 0; i < size - 1; i++) {
        encoded(6);
        frame[i] ^= 0x10;
        if (frame[i] == HOLE_DELIMITER)
            frame[i] ^= 0x11;
        refuses();
    }
    encoded(6);
    decoded(6);
    for (k = 1; k < 6; k++) {
        SIM_EXPECT(feed(k), 0);
        SIM_EXPECT(frame_feed(HOLE_DELIMITER), BAD);
        SIM_EXPECT(frame_length(), 0);
    }
    decoded(6);
    SIM_EXPECT(frame_feed(HOLE_DELIMITER ^ 1), PENDING);
    SIM_EXPECT(frame_length(), 0);
    SIM_EXPECT(frame_feed(HOLE_DELIMITER), BAD);
    SIM_EXPECT(frame_feed(HOLE_DELIMITER ^ 2), PENDING); /* one byte: no room for the check */
    SIM_EXPECT(frame_feed(HOLE_DELIMITER ^ 3), PENDING);
    SIM_EXPECT(frame_feed(HOLE_DELIMITER), BAD);
    SIM_EXPECT(frame_feed(HOLE_DELIMITER), PENDING);
    SIM_EXPECT(frame_feed(HOLE_DELIMITER), PENDING);
    decoded(6);

    SIM_MARK(5); /* more than there is room for, though its sums are right */
    for (i = 0; i < HOLE_PAYLOAD_MAX + 8; i++)
        SIM_EXPECT(frame_feed(HOLE_DELIMITER ^ 1), PENDING);
    SIM_EXPECT(frame_feed(HOLE_DELIMITER), BAD);
    decoded(6);
    SIM_EXPECT(feed(3), 0); /* forgotten in the middle */
    frame_reset();
    decoded(6);
    SIM_EXPECT(feed(size), 1);
    frame_reset();
    SIM_EXPECT(frame_length(), 0);
    SIM_DONE();
}
