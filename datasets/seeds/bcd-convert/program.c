/* Packed BCD for a 16-bit counter: five digits in three bytes, most significant byte first. */
#include <stdint.h>

#define BCD_BYTES 3

/* Binary to BCD by shift and add 3: a digit of 5 or more would overflow when doubled. */
void bcd_from_u16(uint16_t value, uint8_t *bcd)
{
    uint8_t bit;
    uint8_t i;
    uint8_t carry;
    uint8_t digits;

    for (i = 0; i < BCD_BYTES; i++)
        bcd[i] = 0;
    for (bit = 0; bit < 16; bit++) {
        carry = (value & 0x8000) ? 1 : 0;
        value <<= 1;
        for (i = BCD_BYTES; i-- > 0;) {
            digits = bcd[i];
            if ((digits & 0x0F) >= 0x05)
                digits += 0x03;
            if ((digits & 0xF0) >= 0x50)
                digits += 0x30;
            bcd[i] = (uint8_t)(digits << 1) | carry;
            carry = digits >> 7;
        }
    }
}

/* BCD to binary by the same steps backwards: shift right, then take 3 from each digit that received a 10. */
uint16_t bcd_to_u16(const uint8_t *bcd)
{
    uint8_t work[BCD_BYTES];
    uint16_t value = 0;
    uint8_t bit;
    uint8_t i;
    uint8_t carry;
    uint8_t low;

    for (i = 0; i < BCD_BYTES; i++)
        work[i] = bcd[i];
    for (bit = 0; bit < 16; bit++) {
        carry = 0;
        for (i = 0; i < BCD_BYTES; i++) {
            low = work[i] & 0x01;
            work[i] = (work[i] >> 1) | (carry ? 0x80 : 0x00);
            carry = low;
            if (work[i] & 0x08)
                work[i] -= 0x03;
            if (work[i] & 0x80)
                work[i] -= 0x30;
        }
        value >>= 1;
        if (carry)
            value |= 0x8000;
    }
    return value;
}

/* Adds the second number to the first, six digits; gives the carry out of the top digit. */
uint8_t bcd_add(uint8_t *sum, const uint8_t *addend)
{
    uint8_t carry = 0;
    uint8_t low;
    uint8_t high;
    uint8_t i;

    for (i = BCD_BYTES; i-- > 0;) {
        low = (sum[i] & 0x0F) + (addend[i] & 0x0F) + carry;
        high = (sum[i] >> 4) + (addend[i] >> 4);
        if (low > 9) {
            low -= 10;
            high++;
        }
        carry = 0;
        if (high > 9) {
            high -= 10;
            carry = 1;
        }
        sum[i] = (uint8_t)(high << 4) | low;
    }
    return carry;
}
