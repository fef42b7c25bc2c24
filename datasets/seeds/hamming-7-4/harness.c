/* The sixteen words by definition: the one word with these data bits whose ones' positions cancel out. */
static uint8_t cancels(uint8_t word)
{
    uint8_t position;
    uint8_t sum = 0;

    for (position = 1; position <= 7; position++) {
        if (word & 1)
            sum ^= position;
        word >>= 1;
    }
    return sum == 0;
}

static __xdata uint8_t table[16];

static void make_table(void)
{
    uint8_t word, data;

    for (word = 0; word < 128; word++) {
        if (!cancels(word))
            continue;
        data = 0; /* data bits at positions 3, 5, 6, 7 */
        if (word & 0x04)
            data += 1;
        if (word & 0x10)
            data += 2;
        if (word & 0x20)
            data += 4;
        if (word & 0x40)
            data += 8;
        table[data] = word ^ HOLE_LINE_MASK;
    }
}

void main(void)
{
    uint8_t i, bit, byte, lower, upper;
    uint8_t words[2];
    uint8_t got;

    make_table();
    SIM_MARK(1); /* every nibble; what stands above it means nothing */
    for (i = 0; i < 16; i++) {
        SIM_EXPECT(hamming_encode(i), table[i]);
        SIM_EXPECT(hamming_encode(0xF0 | i), table[i]);
        SIM_EXPECT(hamming_encode((uint8_t)(0xA0 ^ (i << 4) ^ i)), table[i]);
    }

    SIM_MARK(2); /* every word without and with each single error, bit 7 both ways */
    for (i = 0; i < 16; i++) {
        SIM_EXPECT(hamming_decode(table[i]), i);
        SIM_EXPECT(hamming_decode(table[i] | 0x80), i);
        for (bit = 0; bit < 7; bit++) {
            SIM_EXPECT(hamming_decode(table[i] ^ (1 << bit)), 0x80 | i);
            SIM_EXPECT(hamming_decode((table[i] ^ (1 << bit)) | 0x80), 0x80 | i);
        }
    }

    SIM_MARK(3); /* a line that does not move is noticed */
    SIM_EXPECT(hamming_decode(0x00) & 0x80, 0x80);
    SIM_EXPECT(hamming_decode(0x7F) & 0x80, 0x80);
    SIM_EXPECT(hamming_decode(0xFF) & 0x80, 0x80);

    for (i = 0; i < 24; i++) {
        SIM_MARK(10 + i);
        byte = (uint8_t)SIM_DRAW(0, 255);
        lower = byte & 0x0F;
        upper = byte >> 4;
        hamming_encode_byte(byte, words);
        SIM_EXPECT(words[0], table[lower]);
        SIM_EXPECT(words[1], table[upper]);
        got = (uint8_t)~byte;
        SIM_EXPECT(hamming_decode_byte(words, &got), 0);
        SIM_EXPECT(got, byte);
        words[i & 1] ^= (uint8_t)(1 << SIM_DRAW(0, 6));
        SIM_EXPECT(hamming_decode_byte(words, &got), 1);
        SIM_EXPECT(got, byte);
        words[~i & 1] ^= (uint8_t)(1 << SIM_DRAW(0, 6));
        SIM_EXPECT(hamming_decode_byte(words, &got), 2);
        SIM_EXPECT(got, byte);
    }
    SIM_DONE();
}
