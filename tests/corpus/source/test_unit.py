from __future__ import annotations

import pytest

from corpus.source.unit import Unit

SRC = b"""#include <8052.h>
/* one */
__xdata unsigned char buf[4];
void tick(void) __interrupt(1)
{
    // two
    if (P1_0)
\tbuf[0] = 1;
}
"""


def test_texts_come_from_the_original_and_not_from_the_mask() -> None:
    """A stand-in shorter than its word stretches to the word's end."""
    unit = Unit.parse(SRC)
    qualifier = next(unit.walk("type_qualifier"))
    assert unit.text(qualifier) == b"__xdata" and unit.end(qualifier) == qualifier.start_byte + 7
    (function,) = unit.functions()
    assert unit.text(function).startswith(b"void tick(void) __interrupt(1)\n{")
    assert unit.function_name(function) == b"tick" and unit.function(b"tick") == function


def test_lines_columns_and_indents_count_from_the_original() -> None:
    """Lines and columns from 1; a tab is one byte."""
    unit = Unit.parse(SRC)
    at = SRC.index(b"buf[0]")
    assert (unit.line(at), unit.column(at), unit.indent(at)) == (8, 2, b"\t")
    assert unit.line(len(SRC)) == 10 and unit.newline == b"\n" and Unit.parse(b"a;\r\n").newline == b"\r\n"


def test_comments_are_found_by_place() -> None:
    """All of them, or those that touch a range."""
    unit = Unit.parse(SRC)
    assert [SRC[c.start : c.end] for c in unit.comments()] == [b"/* one */", b"// two"]
    body = unit.functions()[0]
    assert len(unit.comments(body.start_byte, body.end_byte)) == 1


@pytest.mark.parametrize(
    ("src", "mark", "opaque"),
    [
        (b"#define A \\\n  1\nint a;", b"1", True),
        (b"#define A \\\n  1\nint a;", b"a;", False),
        (b"__sfr __at (0x90) P1;\nint a;", b"P1", True),
        (b"void f(void) { __asm nop __endasm; a = 1; }", b"nop", True),
        (b"void f(void) { __asm nop __endasm; a = 1; }", b"a = 1", False),
        (b'void f(void) { __asm__("nop"); a = 1; }', b"nop", True),
        (b"typedef unsigned char u8; void f(void) { a = (u8)-a; }", b"-a", True),
        (b"void f(void) { a = = 1; }", b"= 1", True),
    ],
)
def test_no_rule_may_look_into_directives_asm_registers_and_errors(src: bytes, mark: bytes, opaque: bool) -> None:
    """Those places are opaque, what stands beside them is not."""
    at = src.index(mark)
    assert Unit.parse(src).in_opaque(at, at + len(mark)) is opaque


def test_the_first_error_is_told_and_clean_code_has_none() -> None:
    """ERROR and MISSING nodes both count."""
    assert Unit.parse(SRC).error is None
    error = Unit.parse(b"int a;\nint f(void) { return 1 }\n").error
    assert error is not None and error.kind == "error" and error.start >= 7


def test_an_enclosing_statement_and_function_are_found() -> None:
    """From an expression outwards."""
    unit = Unit.parse(SRC)
    name = next(n for n in unit.walk("identifier") if unit.text(n) == b"P1_0")
    statement, function = unit.enclosing_statement(name), unit.enclosing_function(name)
    assert statement is not None and statement.type == "if_statement"
    assert function is not None and unit.function_name(function) == b"tick"


def test_a_function_whose_name_may_be_another_word_has_none() -> None:
    """A macro in front makes the parser take the type for the name; where the star parts them, the name is sure."""
    misread = Unit.parse(b"API XXH_errorcode XXH32_update (S *p) {}\n")
    assert [misread.function_name(f) for f in misread.functions()] == [b""]
    sure = Unit.parse(b"API const char * text (S *p) {}\n")
    assert [sure.function_name(f) for f in sure.functions()] == [b"text"]


@pytest.mark.parametrize(
    "deep", [b"int x = %s1%s;" % (b"(" * 9000, b")" * 9000), b"void f(void)" + b"{" * 9000 + b"}" * 9000]
)
def test_deep_nesting_does_not_exhaust_the_stack(deep: bytes) -> None:
    """Nothing here recurses over the tree, however deep it is."""
    unit = Unit.parse(deep)
    top = next(unit.walk("parenthesized_expression"), unit.root)
    assert unit.symbols.range_of(top) in ((1, 1), None)
    assert unit.symbols.effects(unit.root).unknown == frozenset() and unit.error is None


def test_bytes_that_are_no_utf8_and_no_c_are_read_without_a_crash() -> None:
    """A bad sample is data: it shows an error and nothing else happens."""
    unit = Unit.parse(b"\xff\xfe\x00 int \xe9 = '\x80; \x00}{")
    assert unit.symbols.names and unit.error is not None
