"""The same arithmetic in several ways: each operation has bodies with loops, switches, labels, tables, flags or macros,
so that rewrites of those find a place in a csmith program, which has none itself.

In a body, $T is the type, $MAX and $MIN its bounds, $BITS its bits. Each is defined where an int has 16 bits and where
it has 32. `unusable` counts what C would have left open, modulo 256: a call more or less shows in it.
"""

from __future__ import annotations

HEAD = """\
#define TRUE 1
#define FALSE 0
#define BYTE_BITS 8
#define MASK_LOW 0x01
#define IS_WITHIN(value, low, high) ((value) >= (low) && (value) <= (high))
#define NOTE() (unusable++)

enum sign { NEGATIVE = -1, NO_SIGN, POSITIVE };

static volatile uint8_t unusable;
static const uint8_t weights[BYTE_BITS] = {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80};

static int8_t sign_of(int32_t value)
{
    if (value > 0)
        return POSITIVE;
    return value < 0 ? NEGATIVE : NO_SIGN;
}
"""

_ADD = (
    """
    uint8_t overflow = FALSE;

    if (right > 0) {
        if (left > $MAX - right)
            overflow = TRUE;
    } else if (right < 0) {
        if (left < $MIN - right)
            overflow = TRUE;
    }
    if (overflow == TRUE) { // the left operand stays
        NOTE();
        return left;
    }
    return left + right;""",
    """
    switch (sign_of(right)) {
    case POSITIVE:
        if (left > $MAX - right)
            return left;
        break;
    case NEGATIVE:
        if (left < $MIN - right)
            return left;
        break;
    default:
        break;
    }
    left += right;
    return left;""",
)
_SUB = (
    """
    $T result;

    result = left;
    if ((right < 0 && left > $MAX + right) || (right > 0 && left < $MIN + right))
        unusable = unusable + 1;
    else
        result = left - right;
    return result;""",
    """
    int8_t sign = sign_of(right);

    if (sign == NO_SIGN) {
        return left;
    } else if (sign == NEGATIVE) {
        /* no more than the greatest */
        if (left > $MAX + right) { unusable++; return left; }
    } else {
        if (left < $MIN + right) { unusable++; return left; }
    }
    return left - right;""",
)
_DIV = (
    """
    $T result = left;

    if (right == 0)
        goto done;
    if (left == $MIN && right == -1) {
        NOTE();
        goto done;
    }
    result = left / right;
done:
    return result;""",
    """
    do {
        if (!right)
            break;
        if (!(left != $MIN || right != -1))
            break;
        return left / right;
    } while (0);
    return left;""",
)
_MOD = (
    """
    if (right == 0) {
        NOTE();
    } else if (left != $MIN || right != -1) {
        left = left % right;
    }
    return left;""",
)
_MINUS = (
    """
    $T result = value;

    if (value != $MIN) {
        result = -value;
    }
    return result;""",
    """
    if (value == $MIN)
        return value;
    else if (value == 0)
        return 0;
    else
        return -value;""",
)
_MUL_8 = (
    """
    int16_t product = 0;
    uint8_t i;
    uint8_t turns = right < 0 ? -right : right;

    for (i = 0; i < turns; i++) {
        if (right > 0)
            product += left;
        else
            product -= left;
    }
    return product;""",
)
_MUL_16 = (
    """
    int32_t product = left;

    product *= right;
    if (!IS_WITHIN(product, $MIN, $MAX)) {
        unusable += 1;
        return left;
    }
    return (int16_t)product;""",
)
_MUL_32 = (
    """
    const int32_t limit = 46340; // its square is the greatest that fits

    if (!IS_WITHIN(left, -limit, limit))
        return left;
    if (!IS_WITHIN(right, -limit, limit))
        return left;
    return left * right;""",
)
_LEFT = (
    """
    uint8_t i = 0;

    if (left < 0 || right >= $BITS || left > ($MAX >> right)) {
        NOTE();
        return left;
    }
    while (i < right) {
        left = left * 2;
        i++;
    }
    return left;""",
)
_RIGHT = (
    """
    uint8_t i;

    if (left < 0 || right >= $BITS) {
        NOTE();
        return left;
    }
    for (i = 0; i < right; i++)
        left /= 2;
    return left;""",
)
_ADD_UNSIGNED = (
    """
    $T sum = left ^ right;
    $T carry = left & right;

    while (carry != 0) {
        $T shifted = carry << 1;
        carry = sum & shifted;
        sum ^= shifted;
    }
    return sum;""",
    """
    $T sum;

    sum = left + right;
    if (sum < left) {
        unusable++;
    }
    return sum;""",
)
_SUB_UNSIGNED = (
    """
    if (left >= right)
        return left - right;
    NOTE();
    return $MAX - (right - left) + 1;""",
)
_MUL_UNSIGNED = (
    """
    $T product = 0;

    while (right != 0) {
        if (right & MASK_LOW)
            product += left;
        left <<= 1;
        right >>= 1;
    }
    return product;""",
    """
    $T product = 0;
    uint8_t i;

    for (i = 0; i < $BITS; i++) {
        if ((right & (($T)1 << i)) == 0)
            continue;
        product = product + ($T)(left << i);
    }
    return product;""",
)
_DIV_UNSIGNED = (
    """
    if (right == 0) {
        return left;
    }
    return left / right;""",
    """
    uint32_t rest = 0;
    $T quotient = 0;
    uint8_t bit = $BITS;

    if (!right) {
        NOTE();
        return left;
    }
    do {
        bit--;
        rest = (rest << 1) | ((left >> bit) & 1);
        if (rest >= right) {
            rest -= right;
            quotient |= ($T)1 << bit;
        }
    } while (bit != 0);
    return quotient;""",
)
_MOD_UNSIGNED = (
    """
    $T rest = left;

    if (right != 0) {
        rest = left - left / right * right;
    }
    return rest;""",
    """
    if (right == 0)
        return left;
    if ((right & (right - 1)) == 0)
        return left & (right - 1);
    return left % right;""",
)
_MINUS_UNSIGNED = (
    """
    return ~value + 1;""",
)
_LEFT_UNSIGNED = (
    """
    if (right >= $BITS)
        return left;
    if (left > ($MAX >> right)) {
        unusable++;
        return left;
    }
    return left << right;""",
)
_LEFT_8 = (
    """
    if (right >= BYTE_BITS || left > ($MAX >> right))
        return left;
    return left * weights[right];""",
)
_RIGHT_UNSIGNED = (
    """
    unsigned int i;

    if (right >= $BITS) return left;
    for (i = right; i > 0; i--) {
        left >>= 1;
    }
    return left;""",
)
_RIGHT_8 = (
    """
    switch (right) {
    case 0: break;
    case 1: left = left >> 1; break;
    case 2: left = left >> 2; break;
    case 3: left >>= 3; break;
    case 4:
        left = (left & 0xF0) >> 4;
        break;
    case 5:
    case 6:
    case 7:
        left >>= right;
        break;
    default:
        unusable++;
        break;
    }
    return left;""",
)


def bodies(operation: str, *, signed: bool, bits: int) -> tuple[str, ...]:
    """The bodies of one operation on one type; a shift's count is never negative in them."""
    if operation == "mul" and signed:
        return {8: _MUL_8, 16: _MUL_16, 32: _MUL_32}[bits]
    if operation == "div" and not signed:
        return _DIV_UNSIGNED[:1] if bits == 32 else _DIV_UNSIGNED
    if operation == "lshift":
        return _LEFT if signed else _LEFT_UNSIGNED + _LEFT_8 * (bits == 8)
    if operation == "rshift":
        return _RIGHT if signed else _RIGHT_UNSIGNED + _RIGHT_8 * (bits == 8)
    if signed:
        return {"add": _ADD, "sub": _SUB, "div": _DIV, "mod": _MOD, "minus": _MINUS}[operation]
    return {
        "add": _ADD_UNSIGNED,
        "sub": _SUB_UNSIGNED,
        "mul": _MUL_UNSIGNED,
        "mod": _MOD_UNSIGNED,
        "minus": _MINUS_UNSIGNED,
    }[operation]
