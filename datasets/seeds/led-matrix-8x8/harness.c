#define ROWS HOLE_ROW_ADDRESS
#define COLUMNS HOLE_COLUMN_ADDRESS
#define ROWS_OFF HOLE_ROW_INVERT

static uint8_t expected[8];

static void expect_row(uint8_t y)
{
    matrix_scan();
    SIM_EXPECT_WRITE(ROWS, ROWS_OFF);
    SIM_EXPECT_WRITE(COLUMNS, expected[y] ^ HOLE_COLUMN_INVERT);
    SIM_EXPECT_WRITE(ROWS, (uint8_t)(1 << y) ^ HOLE_ROW_INVERT);
}

static void expect_picture(void)
{
    uint8_t y;

    for (y = 0; y < 8; y++)
        expect_row(y);
    SIM_EXPECT_NO_WRITE(ROWS);
    SIM_EXPECT_NO_WRITE(COLUMNS);
}

/* The model shifts by arithmetic on whole columns. */
static void scroll(uint8_t column)
{
    uint8_t y;
    uint8_t left = 0;

    for (y = 8; y > 0; y--) {
        left = left * 2 + expected[y - 1] / 128;
        expected[y - 1] = (uint8_t)(expected[y - 1] * 2) + ((column >> (y - 1)) & 1);
    }
    SIM_EXPECT(matrix_scroll_left(column), left);
}

static void point(uint8_t x, uint8_t y, uint8_t lit)
{
    matrix_point(x, y, lit);
    if (x < 8 && y < 8) {
        expected[y] &= 0xFF ^ (1 << (7 - x));
        expected[y] |= lit ? 1 << (7 - x) : 0;
    }
}

void main(void)
{
    static const __code uint8_t letter[8] = {0x81, 0x42, 0x24, 0x18, 0x7E, 0x01, 0x80, 0xFF};
    uint8_t i, y, x, column;

    for (y = 0; y < 8; y++)
        expected[y] = 0;
    matrix_init();
    SIM_EXPECT_WRITE(ROWS, ROWS_OFF);
    expect_picture();
    expect_row(0);

    SIM_MARK(1); /* drawn within a picture, then a new start */
    for (y = 0; y < 8; y++)
        expected[y] = letter[y];
    matrix_draw(expected);
    for (y = 1; y < 8; y++)
        expect_row(y);
    expect_picture();
    expect_row(0);
    expect_row(1);
    matrix_init();
    SIM_EXPECT_WRITE(ROWS, ROWS_OFF);
    for (y = 0; y < 8; y++)
        expected[y] = 0;
    expect_picture();

    SIM_MARK(2);
    point(0, 0, 1);
    point(7, 7, 1);
    point(3, 5, 255);
    point(8, 0, 1);
    point(0, 8, 1);
    point(200, 200, 1);
    expect_picture();
    matrix_draw(letter);
    for (y = 0; y < 8; y++)
        expected[y] = letter[y];
    point(7, 0, 0);
    point(1, 7, 0);
    point(2, 3, 0);
    point(0, 6, 1);
    point(8, 7, 0);
    expect_picture();

    SIM_MARK(3); /* eight columns out, eight in */
    for (i = 0; i < 8; i++)
        scroll((uint8_t)(0x11 * i + 0x80));
    expect_picture();
    for (i = 0; i < 10; i++) {
        SIM_MARK(4 + i);
        column = (uint8_t)SIM_DRAW(0, 255);
        x = (uint8_t)SIM_DRAW(0, 8);
        y = (uint8_t)SIM_DRAW(0, 8);
        scroll(column);
        point(x, y, column & 1);
        expect_picture();
    }
    SIM_DONE();
}
