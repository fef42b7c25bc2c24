static const __code int16_t points[11] = {
    HOLE_CODE_M20, HOLE_CODE_M10, HOLE_CODE_0, HOLE_CODE_10, HOLE_CODE_20, HOLE_CODE_30,
    HOLE_CODE_40, HOLE_CODE_50, HOLE_CODE_60, HOLE_CODE_70, HOLE_CODE_80
};

/* From the warm end upwards, in 32 bits, halving only at the very end. */
static int16_t model(uint16_t code)
{
    uint8_t i;
    int32_t twice;
    int32_t width;

    if ((int16_t)code <= points[10])
        return 800;
    for (i = 10; i > 0; i--) {
        if ((int16_t)code <= points[i - 1]) {
            width = points[i - 1] - points[i];
            twice = 2 * 100L * (points[i - 1] - (int16_t)code) + width;
            return (int16_t)(twice / (2 * width)) + 100 * (i - 1) - 200;
        }
    }
    return -200;
}

void main(void)
{
    uint8_t i;
    uint16_t code;

    for (i = 0; i < 11; i++) { /* exact at the points, right beside them too */
        SIM_MARK(1 + i);
        code = points[i];
        SIM_EXPECT(ntc_tenths(code), (int16_t)(i * 100 - 200));
        SIM_EXPECT(ntc_tenths(code + 1), model(code + 1));
        SIM_EXPECT(ntc_tenths(code - 1), model(code - 1));
        SIM_EXPECT(ntc_out_of_range(code), 0);
    }
    SIM_MARK(20); /* the ends */
    SIM_EXPECT(ntc_tenths(0), 800);
    SIM_EXPECT(ntc_tenths(1023), (int16_t)-200);
    SIM_EXPECT(ntc_out_of_range(0), 1);
    SIM_EXPECT(ntc_out_of_range(1023), 1);
    SIM_EXPECT(ntc_out_of_range(HOLE_CODE_M20 + 1), 1);
    SIM_EXPECT(ntc_out_of_range(HOLE_CODE_80 - 1), 1);
    for (i = 0; i < 40; i++) {
        SIM_MARK(30 + i);
        code = (uint16_t)SIM_DRAW(0, 1023);
        SIM_EXPECT(ntc_tenths(code), model(code));
        code = (uint16_t)SIM_DRAW(HOLE_CODE_80, HOLE_CODE_M20);
        SIM_EXPECT(ntc_tenths(code), model(code));
    }
    SIM_DONE();
}
