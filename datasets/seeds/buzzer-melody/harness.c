#define TH1_REG SIM_SFR(0x8D)
#define TL1_REG SIM_SFR(0x8B)
#define OFF_LATCH (0xFF & ~(1 << HOLE_BUZZER_BIT))

static const __code uint16_t hertz[9] = {1, 523, 587, 659, 698, 784, 880, 988, 1047};
static const __code Note scale[] = {
    {1, 4}, {2, 5}, {3, 6}, {3, 7}, {0, 5}, {4, 4}, {5, 12}, {6, 4}, {0, 4}, {0, 4}, {7, 4}, {8, 200}, {0, 0}
};
static const __code Note nothing[] = {{5, 0}};

static uint16_t reload_of(uint8_t pitch)
{
    return (uint16_t)(0x10000 - HOLE_FOSC_HZ / (24L * hertz[pitch]));
}

static void expect_reload(uint8_t pitch)
{
    SIM_EXPECT_WRITE(TH1_REG, reload_of(pitch) >> 8);
    SIM_EXPECT_WRITE(TL1_REG, reload_of(pitch) & 0xFF);
}

static void expect_silence(void)
{
    SIM_EXPECT(TR1, 0);
    SIM_EXPECT(SIM_LATCH(SIM_P2), OFF_LATCH);
    SIM_EXPECT_NO_WRITE(TH1_REG);
}

/* One note, from its first tick to its last; three toggles while it sounds. */
static void expect_note(uint8_t pitch, uint8_t ticks)
{
    uint8_t tick;

    for (tick = 0; tick < ticks; tick++) {
        SIM_EXPECT(melody_tick(), 1);
        if (pitch && tick == 0) {
            expect_reload(pitch);
            SIM_INTERRUPT(3);
            expect_reload(pitch);
            SIM_EXPECT(SIM_LATCH(SIM_P2), 0xFF);
            SIM_INTERRUPT(3);
            SIM_EXPECT(SIM_LATCH(SIM_P2), OFF_LATCH);
            SIM_INTERRUPT(3);
            expect_reload(pitch);
            expect_reload(pitch);
        }
        if (pitch && tick + HOLE_GAP_TICKS < ticks) {
            SIM_EXPECT(TR1, 1);
            SIM_EXPECT(SIM_LATCH(SIM_P2), 0xFF); /* not touched in between */
        } else {
            expect_silence();
        }
    }
}

static void expect_end(void)
{
    SIM_EXPECT(melody_tick(), 0);
    expect_silence();
    SIM_EXPECT(melody_tick(), 0);
    expect_silence();
}

void main(void)
{
    uint8_t i;

    TMOD = 0xF1;
    TCON = 0xC0; /* running, overflowed */
    melody_init();
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0x89)), 0x11);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0x88)), 0x00);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0xA8)), 0x88);
    expect_end();

    SIM_MARK(1);
    melody_start(doorbell);
    expect_silence();
    expect_note(3, 40);
    expect_note(1, 60);
    expect_end();

    SIM_MARK(2);
    melody_start(scale);
    for (i = 0; i < 11; i++)
        expect_note(scale[i].pitch, scale[i].ticks);
    SIM_EXPECT(melody_tick(), 1);
    expect_reload(8);
    SIM_INTERRUPT(3);
    expect_reload(8);
    SIM_MARK(3); /* a new melody cuts the old one off, wherever its wave is */
    melody_start(doorbell);
    expect_note(3, 40);
    SIM_MARK(4); /* an empty one, too */
    melody_start(scale);
    SIM_EXPECT(melody_tick(), 1);
    expect_reload(1);
    SIM_INTERRUPT(3);
    expect_reload(1);
    TF1 = 1;
    melody_start(nothing);
    expect_end();
    SIM_EXPECT(TF1, 0);
    SIM_MARK(5); /* init silences */
    melody_start(doorbell);
    SIM_EXPECT(melody_tick(), 1);
    expect_reload(3);
    SIM_INTERRUPT(3);
    expect_reload(3);
    melody_init();
    expect_end();
    SIM_DONE();
}
