/* Published vectors and two of our own, all computed elsewhere: key, clear text, cipher text. */
struct vector {
    uint32_t key[4];
    uint32_t clear[2];
    uint32_t cipher[2];
};

static __xdata const struct vector vectors[4] = {
    {{0x00010203, 0x04050607, 0x08090A0B, 0x0C0D0E0F}, {0x41424344, 0x45464748}, {0x497DF3D0, 0x72612CB5}},
    {{0, 0, 0, 0}, {0, 0}, {0xDEE9D4D8, 0xF7131ED9}},
    {{0x00010203, 0x04050607, 0x08090A0B, 0x0C0D0E0F}, {0x41414141, 0x41414141}, {0xE78F2D13, 0x744341D8}},
    {{0xFEDCBA98, 0x76543210, 0x80000000, 0x0F1E2D3C}, {0xFFFFFFFF, 0x80000001}, {0x50762082, 0x9EB84F93}}
};

static __xdata uint32_t key[4];
static __xdata uint32_t block[2];
static __xdata uint8_t code[8];

/* A licence as the office makes it. */
static void issue(uint32_t serial, uint16_t product, uint16_t features)
{
    uint8_t i;

    key[0] = HOLE_KEY_0;
    key[1] = HOLE_KEY_1;
    key[2] = HOLE_KEY_2;
    key[3] = HOLE_KEY_3;
    block[0] = serial;
    block[1] = (uint32_t)product * 0x10000 + features;
    xtea_encrypt(block, key);
    for (i = 0; i < 8; i++)
        code[i] = (uint8_t)(block[i / 4] >> (24 - 8 * (i % 4)));
}

static void try(uint32_t serial, uint8_t outcome, uint16_t bits)
{
    uint16_t features = 0x5AA5;

    SIM_EXPECT(licence_check(serial, code, &features), outcome);
    SIM_EXPECT(features, outcome == 1 ? bits : 0x5AA5);
}

void main(void)
{
    uint8_t i, n;
    uint16_t bits;
    uint32_t serial;

    for (n = 0; n < 4; n++) {
        SIM_MARK(1 + n);
        for (i = 0; i < 4; i++)
            key[i] = vectors[n].key[i];
        block[0] = vectors[n].clear[0];
        block[1] = vectors[n].clear[1];
        xtea_encrypt(block, key);
        SIM_EXPECT(block[0], vectors[n].cipher[0]);
        SIM_EXPECT(block[1], vectors[n].cipher[1]);
        xtea_decrypt(block, key);
        SIM_EXPECT(block[0], vectors[n].clear[0]);
        SIM_EXPECT(block[1], vectors[n].clear[1]);
        for (i = 0; i < 4; i++)
            SIM_EXPECT(key[i], vectors[n].key[i]);
    }

    SIM_MARK(10); /* a good code, also a second time */
    issue(0x80001234, HOLE_PRODUCT, 0xBEEF);
    try(0x80001234, 1, 0xBEEF);
    issue(0, HOLE_PRODUCT, 0);
    try(0, 1, 0);

    serial = SIM_DRAW(0, 0xFFFFFFFF);
    bits = (uint16_t)SIM_DRAW(0, 0xFFFF);
    issue(serial, HOLE_PRODUCT, bits);
    try(serial, 1, bits);

    SIM_MARK(11); /* another device, by its first and by its last bit; another product; a good code wipes them out */
    issue(0x00ABCDEF, HOLE_PRODUCT, 1);
    try(0x80ABCDEF, 0, 0);
    try(0x00ABCDEE, 0, 0);
    try(0x00ABCDEF, 1, 1);
    issue(0x00ABCDEF, HOLE_PRODUCT ^ 0x8000, 1);
    try(0x00ABCDEF, 0, 0);
    issue(0x00ABCDEF, HOLE_PRODUCT ^ 0x0001, 1);
    try(0x00ABCDEF, 0, 0);
    issue(0x00ABCDEF, HOLE_PRODUCT, 0x0100);
    try(0x00ABCDEF, 1, 0x0100);

    SIM_MARK(12); /* one fewer than allowed, whichever byte is wrong */
    for (i = 0; i < HOLE_MAX_WRONG - 1; i++) {
        code[i & 7] ^= 0x10;
        try(0x00ABCDEF, 0, 0);
        code[i & 7] ^= 0x10;
    }
    try(0x00ABCDEF, 1, 0x0100);

    SIM_MARK(13); /* as many as allowed: locked for a good one too, again and again */
    code[7]++;
    for (i = 0; i < HOLE_MAX_WRONG; i++)
        try(0x00ABCDEF, 0, 0);
    code[7]--;
    for (i = 0; i < 255; i++)
        try(0x00ABCDEF, 2, 0);
    SIM_DONE();
}
