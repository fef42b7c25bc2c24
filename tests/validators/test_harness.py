"""What a harness sees of its program."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from corpus.source.edits import apply_edits
from corpus.source.unit import Unit
from validators.harness import View, seen_by, words_of

PROGRAM = b"""\
#include <8052.h>
#include <stdint.h>
#define SIZE 4 /* bytes */
#define LAST (SIZE - 1)
#define OTHER 9
typedef struct { uint8_t head, tail; } ring_t;
enum { EMPTY, FULL = SIZE };
static __idata uint8_t box[SIZE] = {1, 2}, *at = box;
static const __code uint8_t table[] = {1, 2, 3};
ring_t ring;
__bit flag;
static uint8_t hidden;
static void (*on_done)(uint8_t n) = 0;
static const char *name_of(uint8_t n);
void (*hook)(void);
/* Takes one. */
static uint8_t take(__idata uint8_t *from, void (*done)(uint8_t n))
{
    static uint8_t count;
    done(*from);
    return count++;
}
void tick(void) __interrupt(1) __using(1)
{
    flag = 1;
}
static inline uint8_t twice(uint8_t n)
{
    return n + n;
}
int main(void)
{
    return box[0];
}
"""


def seen(source: bytes, words: bytes, aliases: Mapping[str, str] | None = None) -> View | None:
    return seen_by(Unit.parse(source), words_of(words), aliases or {})


def text(source: bytes, words: bytes, aliases: Mapping[str, str] | None = None) -> list[str]:
    view = seen(source, words, aliases)
    assert view is not None
    return view.text.decode().splitlines()


ALWAYS = [
    "#include <8052.h>",
    "#include <stdint.h>",
    "void handler_interrupt_1_using_1 ( void ) __interrupt ( 1 ) __using ( 1 ) ;",
]


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (b"", []),
        (b"nothing OTHERS", []),
        (b"LAST", ["# define SIZE 4", "# define LAST ( SIZE - 1 )"]),
        (b"FULL", ["# define SIZE 4", "enum { EMPTY , FULL = SIZE } ;"]),
        (b"box", ["# define SIZE 4", "extern __idata uint8_t box [ SIZE ] , * at ;"]),
        (b"table", ["extern const __code uint8_t table [ ] ;"]),
        (b"flag", ["extern __bit flag ;"]),
        (b"on_done", ["extern void ( * on_done ) ( uint8_t ) ;"]),
        (b"hook", ["extern void ( * hook ) ( void ) ;"]),
        (b"name_of", ["const char * name_of ( uint8_t ) ;"]),
        (b"ring", ["typedef struct { uint8_t head , tail ; } ring_t ;", "extern ring_t ring ;"]),
        (b"take", ["uint8_t take ( __idata uint8_t * , void ( * ) ( uint8_t ) ) ;"]),
        (b"twice", ["static inline uint8_t twice ( uint8_t n ) { return n + n ; }"]),
        (b"program_main", ["int program_main ( void ) ;"]),
    ],
)
def test_only_what_the_words_reach_is_declared(words: bytes, lines: list[str]) -> None:
    """Through macros and types; headers and interrupt handlers always."""
    assert sorted(text(PROGRAM, words)) == sorted([*ALWAYS, *lines])


def test_the_declarations_stand_in_the_order_of_the_program() -> None:
    """And a handler that the harness calls keeps its name."""
    assert text(PROGRAM, b"tick LAST ring") == [
        "#include <8052.h>",
        "#include <stdint.h>",
        "# define SIZE 4",
        "# define LAST ( SIZE - 1 )",
        "typedef struct { uint8_t head , tail ; } ring_t ;",
        "extern ring_t ring ;",
        "void tick ( void ) __interrupt ( 1 ) __using ( 1 ) ;",
    ]


def test_static_goes_where_the_harness_needs_the_name_and_nothing_moves() -> None:
    """The word is blanked, so that lines and columns stay."""
    view = seen(PROGRAM, b"take box")
    assert view is not None
    shown = apply_edits(PROGRAM, view.edits)
    assert len(shown) == len(PROGRAM)
    assert b"       __idata uint8_t box" in shown and b"       uint8_t take(" in shown
    assert b"static uint8_t hidden" in shown and b"    static uint8_t count;" in shown


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"return count++;", b"count += 1;\n    return count - 1;"),
        (b"/* Takes one. */", b"// one"),
        (b"uint8_t *from, void (*done)(uint8_t n)", b"uint8_t*  src, void (*f)(uint8_t)"),
        (b"static uint8_t hidden;", b"static uint16_t secret = 7;"),
        (b"#define OTHER 9", b"#define ANOTHER 8"),
        (b"void tick(void)", b"void on_tick(void)"),
        (b"{1, 2}", b"{1, 2, 3}"),
    ],
)
def test_what_the_harness_cannot_notice_leaves_the_text(old: bytes, new: bytes) -> None:
    """So that the harness's object serves the variant too."""
    source = PROGRAM.replace(old, new).replace(b"*from", b"*src" if b"src" in new else b"*from")
    assert text(source, b"take box LAST") == text(PROGRAM, b"take box LAST")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"#define SIZE 4", b"#define SIZE 5"),
        (b"static __idata uint8_t box", b"static __xdata uint8_t box"),
        (b"static uint8_t take(", b"static uint16_t take("),
        (b"__idata uint8_t *from", b"uint8_t *from"),
        (b"__interrupt(1)", b"__interrupt(3)"),
        (b"__using(1)", b"__using(2)"),
        (b"#include <stdint.h>", b"#include <stdint.h>\n#include <string.h>"),
    ],
)
def test_what_the_harness_can_notice_changes_the_text(old: bytes, new: bytes) -> None:
    """A value, a type, a memory space, a vector, a header."""
    assert text(PROGRAM.replace(old, new), b"take box LAST") != text(PROGRAM, b"take box LAST")


def test_a_renamed_function_and_macro_go_by_the_harnesss_names() -> None:
    """In the text; the object's symbols follow."""
    source = PROGRAM.replace(b"take", b"fetch").replace(b"SIZE", b"LENGTH")
    aliases = {"take": "fetch", "SIZE": "LENGTH"}
    assert text(source, b"take LAST", aliases) == text(PROGRAM, b"take LAST")
    view = seen(source, b"take", aliases)
    assert view is not None and view.symbols["fetch"] == "take"


@pytest.mark.parametrize(
    "source",
    [
        b"void f(void) {",
        b"uint8_t f(uint8_t n) { return n; }\nLOCAL(int) x;\n@ 3;",
        b"inline int f(void) { return 1; }",
        b"static inline int f(void) { static int n; return n++; }",
        b"int f(void)\n{\n#define INSIDE 3\n    return INSIDE;\n}\n",
        b"struct s {\n#if 1\n    int a;\n#endif\n} f;\n",
        b"sfr P1 = 0x90;\nsbit LED = P1^0;\nint f;\n",
        b"__reentrant void f(void) { }",
        b"#define f(take) (take)\n#define take f\n",
    ],
)
def test_what_cannot_be_told_for_certain_is_left_alone(source: bytes) -> None:
    """Program and harness are then one file."""
    assert seen(source, b"f", {"take": "hold"}) is None


def test_the_branches_of_a_condition_stay() -> None:
    """With the names that it asks for."""
    source = b"#define FAST 1\n#if FAST\nint speed;\n#else\nlong speed;\n#endif\nint unused;\n"
    assert text(source, b"speed") == [
        "# define FAST 1",
        "# if FAST",
        "extern int speed ;",
        "# else",
        "extern long speed ;",
        "# endif",
    ]


def test_a_macro_with_arguments_keeps_its_parenthesis() -> None:
    """`#define F(x)` is not `#define F (x)`."""
    source = b"#define F(x) (x)\n#define G (x)\n"
    assert text(source, b"F G") == ["# define F( x ) ( x )", "# define G ( x )"]


def test_a_function_is_declared_once() -> None:
    """sdcc takes the second prototype of an interrupt handler for a second handler."""
    source = b"void isr(void) __interrupt(1);\nstatic int f(int a);\nvoid isr(void) __interrupt(1)\n{\n}\n"
    source += b"static int f(int b)\n{\n    return b;\n}\n"
    assert text(source, b"isr f") == ["void isr ( void ) __interrupt ( 1 ) ;", "int f ( int ) ;"]


def test_what_a_header_may_ask_for_stays() -> None:
    """A macro in front of an `#include`, though the harness has no such word."""
    source = b"#define WIDE 1\n#include <stdint.h>\n#define NARROW 1\nint f;\n"
    assert text(source, b"f") == ["# define WIDE 1", "#include <stdint.h>", "extern int f ;"]


def test_the_conditions_within_a_function_go_with_its_body() -> None:
    """They ask for nothing that the harness sees."""
    source = b"int f(int a)\n{\n#if 1\n#pragma save\n    a++;\n#endif\n    return a;\n}\n"
    assert text(source, b"f") == ["int f ( int ) ;"]
