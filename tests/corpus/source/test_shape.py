"""Shapes: what they do not see, what they do, and how far two are apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.source.shape import Shape, distance, shape_of

SOURCE = b"""#include <8052.h>
#define MASK 0x0F

static unsigned char total;

/* Adds up. */
unsigned char sum(unsigned char *from, unsigned char count)
{
    unsigned char i;

    for (i = 0; i < count; i++) {
        total += from[i] & MASK;
    }
    if (total > 100)
        return 0;
    return total;
}
"""

SPELLING = {
    "a name": (b"total", b"grand_sum"),
    "a name and its parameter": (b"count", b"n"),
    "a literal": (b"100", b"0x64"),
    "a macro's value": (b"0x0F", b"15"),
    "braces around one statement": (
        b"{\n        total += from[i] & MASK;\n    }",
        b"\n        total += from[i] & MASK;",
    ),
    "parentheses": (b"from[i] & MASK", b"(from[i] & MASK)"),
    "a type's spelling": (b"unsigned char i", b"uint8_t i"),
    "a comment": (b"/* Adds up. */\n", b"// Adds\n"),
    "layout": (b"    ", b"\t"),
    "an include": (b"#include <8052.h>\n", b"#include <8052.h>\n#include <stdint.h>\n"),
}
STRUCTURE = {
    "a loop": (
        b"for (i = 0; i < count; i++) {\n        total += from[i] & MASK;\n    }",
        b"i = 0;\n    while (i < count) {\n        total += from[i] & MASK;\n        i++;\n    }",
    ),
    "an operator": (b"total > 100", b"total < 100"),
    "operands": (b"from[i] & MASK", b"MASK & from[i]"),
    "a statement": (b"        return 0;\n", b"        total = 0;\n"),
    "a function": (b"/* Adds up. */", b"static void clear(void)\n{\n    total = 0;\n}\n"),
}


def changed(before: bytes, after: bytes) -> bytes:
    """The source with this text replaced everywhere."""
    assert before in SOURCE
    return SOURCE.replace(before, after)


@pytest.mark.parametrize("edit", SPELLING.values(), ids=SPELLING)
def test_spelling_is_no_distance(edit: tuple[bytes, bytes]) -> None:
    """Names, literals, layout, and what a house style adds or leaves."""
    one, other = shape_of(SOURCE), shape_of(changed(*edit))
    assert distance(one, other) == 0
    assert one.digest == other.digest


@pytest.mark.parametrize("edit", STRUCTURE.values(), ids=STRUCTURE)
def test_structure_is_a_distance_and_another_tree(edit: tuple[bytes, bytes]) -> None:
    """From an operand to a function; it is the same in both directions."""
    one, other = shape_of(SOURCE), shape_of(changed(*edit))
    assert 0 < distance(one, other) == distance(other, one) < 1
    assert one.digest != other.digest


def test_a_restructured_loop_is_farther_than_an_operator() -> None:
    one = shape_of(SOURCE)
    assert distance(one, shape_of(changed(*STRUCTURE["a loop"]))) > 2 * distance(
        one, shape_of(changed(*STRUCTURE["an operator"]))
    )


def test_two_names_that_change_places_are_another_tree() -> None:
    """Names are numbered by first use, so the digest sees `a - b` against `b - a` where both are known."""
    template = b"int f(int a, int b)\n{\n    return %s;\n}\n"
    one, other = shape_of(template % b"a - b"), shape_of(template % b"b - a")
    assert one.digest != other.digest and distance(one, other) == 0


def test_programs_without_a_gram_in_common_are_at_one() -> None:
    one = Shape((1, 2), (-1, 0), (-1, -1))
    other = Shape((3, 4), (-1, 0), (-1, -1))
    assert distance(one, other) == 1


def test_the_grams_of_a_small_tree_are_those_of_the_paper() -> None:
    """A root with two leaves: four windows of three over its children, and one for each leaf."""
    shape = Shape((1, 2, 3), (-1, 0, 0), (-1, -1, -1))
    none = -1
    assert dict(shape.grams) == {
        (none, 1, none, none, 2): 1,
        (none, 1, none, 2, 3): 1,
        (none, 1, 2, 3, none): 1,
        (none, 1, 3, none, none): 1,
        (1, 2, none, none, none): 1,
        (1, 3, none, none, none): 1,
    }


@given(st.binary(max_size=60))
def test_any_bytes_have_a_shape(text: bytes) -> None:
    """What is no C is as far from itself as anything: not at all."""
    shape = shape_of(text)
    assert distance(shape, shape) == 0 and len(shape.labels) == len(shape.parents)
