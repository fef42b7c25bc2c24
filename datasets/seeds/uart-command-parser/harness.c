#define SENT SIM_SFR(0x99)
#define PORT SIM_SFR(HOLE_PORT_SFR)

/* '#' stands for the last channel, '@' for the one after it, '~' for a whole line length of characters. */
struct dialogue {
    const char *line;
    const char *answer; /* 0 for none */
    uint8_t on;         /* relays on afterwards */
    uint8_t changes;    /* the port is written */
};

#define LAST (uint8_t)(1u << (HOLE_CHANNELS - 1))

static const __code struct dialogue dialogues[] = {
    {"T 1\r", "OFF", 0, 0}, /* its beginning came before the pause */
    {"SET 1 ON\r\n", "OK", 0x01, 1},
    {"SET 3 ON\n", "OK", 0x05, 1},
    {"SET # ON\r", "OK", 0x05 | LAST, 1},
    {"GET #\r\n", "ON", 0, 0},
    {"GET 2\r", "OFF", 0, 0},
    {"SET 1 OFF\r", "OK", 0x04 | LAST, 1},
    {"SET 1 OFF\r", "OK", 0x04 | LAST, 1},
    {"GET 1\r", "OFF", 0, 0},
    {"\r\n\n", 0, 0, 0},
    {"SET @ ON\r", "ERR", 0, 0},
    {"SET 0 ON\r", "ERR", 0, 0},
    {"SET 01 ON\r", "ERR", 0, 0},
    {"SET 257 ON\r", "ERR", 0, 0},
    {"SET 10 ON\r", "ERR", 0, 0},
    {"SET -1 ON\r", "ERR", 0, 0},
    {"SET  ON\r", "ERR", 0, 0},
    {"SET  1 ON\r", "ERR", 0, 0},
    {"SET 1 ON \r", "ERR", 0, 0},
    {"SET 1 O\r", "ERR", 0, 0},
    {"SET 1ON\r", "ERR", 0, 0},
    {"SET 1\r", "ERR", 0, 0},
    {"SET 1: ON\r", "ERR", 0, 0},
    {"SET 1 OFFF\r", "ERR", 0, 0},
    {" SET 1 ON\r", "ERR", 0, 0},
    {"set 1 on\r", "ERR", 0, 0},
    {"GET\r", "ERR", 0, 0},
    {"GET 3x\r", "ERR", 0, 0},
    {"SET 1 ON\x01\r", "ERR", 0, 0},
    {"SET 1 ON\x7F\r", "ERR", 0, 0},
    {"~SET 1 ON\r", "ERR", 0, 0},
    {"GET 1\r", "OFF", 0, 0},
    {"SET 2 ON\r", "OK", 0x06 | LAST, 1},
};

#define DIALOGUES (sizeof dialogues / sizeof dialogues[0])

static uint8_t told;
static uint8_t place; /* of the stack, which lies behind the line */
static uint8_t beneath[2];

/* What a place of internal RAM holds. */
static uint8_t ram(uint8_t address)
{
    return *(volatile __idata uint8_t *)address;
}

static void check_again(void)
{
    SIM_EXPECT(TMOD, 0x29);
    SIM_EXPECT_WRITE(PORT, 0xFF);
    SIM_EXPECT_NO_WRITE(PORT);
    SIM_EXPECT_NO_WRITE(SENT);
    SIM_DONE();
}

static void check(void)
{
    uint8_t n;
    const char *answer;

    SIM_EXPECT_WRITE(PORT, 0xFF);
    SIM_EXPECT_WRITE(SIM_SFR(0x98), 0x50);
    SIM_EXPECT(TH1, HOLE_BAUD_RELOAD);
    SIM_EXPECT(TMOD, 0x26);
    SIM_EXPECT_NO_WRITE(SIM_SFR(0x8A));
    SIM_EXPECT(TR1, 1);
    SIM_EXPECT(TI, 0);
    for (n = 0; n < DIALOGUES; n++) {
        SIM_MARK(1 + n);
        answer = dialogues[n].answer;
        if (dialogues[n].changes)
            SIM_EXPECT_WRITE(PORT, ~dialogues[n].on & 0xFF);
        if (!answer)
            continue;
        while (*answer) {
            SIM_EXPECT_WRITE(SENT, *answer);
            answer++;
        }
        SIM_EXPECT_WRITE(SENT, '\r');
        SIM_EXPECT_WRITE(SENT, '\n');
    }
    SIM_EXPECT_WRITE(SENT, 'E');
    SIM_EXPECT_WRITE(SENT, 'R');
    SIM_EXPECT_WRITE(SENT, 'R');
    SIM_EXPECT_WRITE(SENT, '\r');
    SIM_EXPECT_WRITE(SENT, '\n');
    SIM_EXPECT_NO_WRITE(SENT);
    SIM_EXPECT_NO_WRITE(PORT);
    SIM_EXPECT(ram(place - 1) == beneath[0] && ram(place) == beneath[1], 1); /* no line went past its end */

    SIM_MARK(1 + DIALOGUES); /* the same with another timer 0 */
    TMOD = 0x29;
    for (n = 0; n < 16; n++)
        SIM_RX(' ');
    SIM_CUT_AFTER(20, check_again);
    program_main();
}

static void tell(char c)
{
    SIM_RX(c);
    told++;
}

/* Timer 0's interrupt, which belongs to nobody else: all that follows the pause. */
void go_on(void) __interrupt(1)
{
    uint16_t events = 0;
    uint8_t n;
    uint8_t i;
    const char *text;

    for (n = 0; n < DIALOGUES; n++) {
        told = 0;
        for (text = dialogues[n].line; *text; text++) {
            if (*text == '#') {
                tell('0' + HOLE_CHANNELS);
            } else if (*text == '@') {
                tell('1' + HOLE_CHANNELS);
            } else if (*text == '~') {
                for (i = 0; i < HOLE_LINE_MAX; i++)
                    tell('A');
            } else {
                tell(*text);
            }
        }
        events += told;
        if (dialogues[n].answer) {
            for (text = dialogues[n].answer; *text; text++)
                events++;
            events += 2;
        }
    }
    events *= 2; /* each byte, in or out: SBUF and its flag */
    for (text = "SET 1 ON"; *text; text++)
        SIM_RX(*text);
    SIM_RX(0); /* a zero in the line is no end of it */
    SIM_RX('\r');
    for (i = 0; i < 16; i++)
        SIM_RX(' '); /* something to do until the cut */
    SIM_CUT_AFTER(events + 60, check);
}

void main(void)
{
    place = SP;
    beneath[0] = ram(place - 1);
    beneath[1] = ram(place);
    *(volatile __xdata uint8_t *)0 = 0; /* whoever looks behind a null pointer finds the end of a text */
    TMOD = 0xD6; /* timer 0 is somebody else's, of timer 1 every bit is wrong but one */
    TH1 = 0x55;
    switched_on = 0xFF;
    SIM_RX('G');
    SIM_RX('E');
    IE = 0x82;
    SIM_INTERRUPT_AFTER(1, 20000); /* meanwhile nothing comes, and it must be waited for */
    program_main();
}
