from __future__ import annotations

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from corpus.source.edits import difference
from corpus.source.lexer import _cut, lex, lexed, lexed_near, significant


def kinds(src: bytes) -> list[tuple[str, bytes]]:
    return [(kind, src[start:end]) for kind, start, end in significant(lex(src))]


@given(st.one_of(st.binary(max_size=200), st.text(alphabet="ax0_ \t\n\\\"'/*#;(){}.+-é", max_size=80).map(str.encode)))
def test_tokens_cover_every_byte_of_any_input(src: bytes) -> None:
    """Joined, the tokens are the source, whatever it is."""
    tokens = lex(src)
    assert b"".join(src[t.start : t.end] for t in tokens) == src
    assert all(a.end == b.start for a, b in pairwise(tokens))
    assert all(t.end > t.start for t in tokens)


def test_comment_marks_inside_a_string_are_text() -> None:
    """A string hides what looks like a comment, and a comment what looks like a string."""
    assert kinds(b'"/*" /* " */ x') == [("string", b'"/*"'), ("identifier", b"x")]


def test_a_line_comment_goes_on_behind_a_backslash() -> None:
    """C splices lines before it looks for comments."""
    assert kinds(b"// a \\\n b\nc") == [("identifier", b"c")]


def test_an_asm_block_is_one_token_whatever_is_in_it() -> None:
    """Quotes and semicolons of an assembler comment do not leak into the C behind it."""
    assert kinds(b"__asm mov a,#1 ; don't\n__endasm; x")[0] == ("asm", b"__asm mov a,#1 ; don't\n__endasm")
    assert kinds(b"#pragma asm\n nop\n#pragma endasm\nx")[0] == ("asm", b"#pragma asm\n nop\n#pragma endasm")
    assert kinds(b'__asm__("nop")')[0] == ("identifier", b"__asm__")


def test_an_unterminated_string_is_broken_to_the_end_of_its_line_only() -> None:
    """One missing quote does not swallow the file; a missing */ does, as in C."""
    assert kinds(b"'a\nb") == [("broken", b"'a"), ("identifier", b"b")]
    assert kinds(b"/* a\nb") == [("broken", b"/* a\nb")]


def test_only_a_hash_that_begins_a_line_opens_a_directive() -> None:
    """Comments may stand before it; a directive goes on over spliced lines."""
    src = b"/* a */ # define A(x) #x \\\n ##x\nint b;"
    tokens = lex(src)
    assert [k for k, _ in kinds(src)].count("hash") == 1
    assert kinds(b"\xef\xbb\xbf#if A")[0] == ("hash", b"#")
    ((first, last),) = lexed(src).directives
    assert src[tokens[first].start : tokens[last - 1].end] == b"# define A(x) #x \\\n ##x"


PIECES = (
    b"/*",
    b"*/",
    b"//",
    b'"',
    b"'",
    b"\\",
    b"\\\n",
    b"\n",
    b"#",
    b"__asm",
    b"__endasm",
    b" ",
    b"x",
    b"(",
    b"\r\n",
)
TEXT = b"""#define A 1 /* one */
int f(int a)
{
    // b
    a = "s" + 'c'; \\
    __asm nop __endasm;
    return a;
}
"""


@given(
    st.integers(0, len(TEXT)),
    st.integers(0, 12),
    st.lists(st.sampled_from(PIECES), max_size=4),
    st.sampled_from((TEXT, TEXT.replace(b"__asm nop __endasm;", b""), b"a\n" * 20)),
)
@example(2, 0, [b"__asm", b"\n"], b"a\nnop\n__endasm\nb\n")
@example(2, 6, [b"x\n"], b"a\n__asm\nnop\n__endasm\nb\n")
@example(2, 0, [b"/*", b"\n"], b"a\nb */\nc\n")
@example(1, 1, [b"\\", b"\n"], b"a\n# b\nc\n")
def test_a_text_near_another_is_cut_as_it_is_alone(at: int, dropped: int, put: list[bytes], base: bytes) -> None:
    """Whatever an edit opens or closes: comments, strings, splices, asm blocks."""
    src = base[:at] + b"".join(put) + base[at + dropped :]
    splice = lexed_near(src, _cut(base), [difference(base, src)])
    if splice is not None:
        near, alone = splice.lexed, _cut(src)
        assert (near.kinds, near.texts, near.bounds) == (alone.kinds, alone.texts, alone.bounds)
        for region in splice.regions:
            assert near.bounds[region.new_first] == 0 or near.kinds[region.new_first - 1] == "newline"
