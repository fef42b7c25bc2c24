static int16_t taps[8]; /* filled at run time: gcc would make one object of two equal constant tables */
static int16_t line[8]; /* a delay line whose samples move, newest first */
static uint8_t count;

static void reset(int16_t value)
{
    uint8_t i;

    fir_reset(value);
    for (i = 0; i < 8; i++)
        line[i] = value;
    count = 0;
}

/* The exact sum in 64 bits, rounded down after half a unit was added. */
static int16_t expected(void)
{
    int64_t sum = 16384;
    uint8_t i;

    for (i = 0; i < 8; i++)
        sum += (int64_t)taps[i] * line[i];
    if (sum < 0)
        sum -= 32767;
    sum /= 32768;
    return sum > 32767 ? 32767 : sum < -32768 ? -32768 : (int16_t)sum;
}

static void push(int16_t sample)
{
    int16_t output = 0x5A5A;
    uint8_t i;
    uint8_t due;

    for (i = 7; i > 0; i--)
        line[i] = line[i - 1];
    line[0] = sample;
    due = ++count == HOLE_DECIMATION;
    SIM_EXPECT(fir_push(sample, &output), due);
    if (due) {
        count = 0;
        SIM_EXPECT((uint16_t)output, (uint16_t)expected());
    } else {
        SIM_EXPECT((uint16_t)output, 0x5A5A);
    }
}

static void steady(int16_t value)
{
    int16_t output = 0;
    uint8_t i;

    reset(value);
    for (i = 0; i < HOLE_DECIMATION; i++)
        fir_push(value, &output);
    SIM_EXPECT((uint16_t)output, (uint16_t)value);
}

void main(void)
{
    uint8_t i;
    uint8_t k;
    int16_t output;

    taps[0] = taps[7] = HOLE_H0;
    taps[1] = taps[6] = HOLE_H1;
    taps[2] = taps[5] = HOLE_H2;
    taps[3] = taps[4] = HOLE_H3;
    for (i = 0; i < 5; i++)
        fir_push(1000, &output); /* somebody has used it before */

    SIM_MARK(1); /* what does not change comes out as it is, from the first output on */
    steady(0);
    steady(1);
    steady(-1);
    steady(1000);
    steady(32767);
    steady(-32768);

    SIM_MARK(2); /* each coefficient in its turn */
    for (k = 0; k < HOLE_DECIMATION; k++) {
        reset(0);
        for (i = 0; i < k; i++)
            push(0);
        push(32767);
        for (i = 0; i < 12; i++)
            push(0);
        push(-32768);
        for (i = 0; i < 12; i++)
            push(0);
    }

    SIM_MARK(3); /* a step up and down, and what is too much for 16 bits */
    reset(-32768);
    for (i = 0; i < 16; i++)
        push(32767);
    for (i = 0; i < 16; i++)
        push(-32768);
    for (k = 0; k < HOLE_DECIMATION; k++) {
        reset(0);
        for (i = 0; i < 8 + k; i++) /* signs as the coefficients have them */
            push(taps[(uint8_t)(k - 1 - i) & 7] < 0 ? -32768 : 32767);
        for (i = 0; i < 8; i++)
            push(taps[i] < 0 ? 32767 : -32768);
        for (i = 0; i < 8; i++)
            push(taps[i] < 0 ? -32768 : 32767);
    }

    SIM_MARK(4); /* small numbers, where rounding shows */
    reset(0);
    for (i = 0; i < 40; i++)
        push((int16_t)(i % 7) - 3);

    SIM_MARK(5); /* noise, and a reset in the middle of a group */
    for (i = 0; i < 40; i++)
        push((int16_t)(SIM_DRAW(0, 0xFFFF) - 0x8000));
    push(5);
    reset(300);
    for (i = 0; i < 20; i++)
        push((int16_t)SIM_DRAW(0, 1023));
    SIM_DONE();
}
