"""The task `port`."""

from __future__ import annotations

import random
import re
from dataclasses import replace

from corpus.records import Example
from corpus.source.stream import token_stream
from corpus.source.unit import Unit
from generators.dialects.conversion import Converted
from generators.dialects.idioms import in_the_wild
from generators.dialects.sdcc import to_sdcc
from generators.tasks import port
from generators.tasks.bank import bank
from generators.tasks.caveats import (
    calls_by_pointer,
    handlers,
    keeps_variables,
    shared_with_handlers,
    waits_by_counting,
)
from generators.tasks.material import Ported
from generators.tasks.porting import ORDER, told
from generators.tasks.requests import Request
from generators.tasks.row import LANGUAGES
from tests.generators.tasks.materials import BRIEF, PORTED, SOURCE, ported

_FENCE = re.compile(r"```c\n(.*?)\n```", re.DOTALL)


def drawn(material: Ported, count: int = 60) -> list[Example]:
    """English rows of many draws."""
    return [e for seed in range(count) for e in port.examples(material, random.Random(seed), len, ("en",))]


def test_a_program_is_given_in_one_dialect_and_answered_in_the_other() -> None:
    """Both directions come; what is given to sdcc may be in a Keil author's habits, and means the same."""
    seen = set()
    for example in drawn(PORTED):
        given, wanted = _FENCE.findall(example.instruction)[0], _FENCE.findall(example.answer)[0]
        to_sdcc_ = example.labels.dialect == "sdcc"
        seen.add(to_sdcc_)
        if to_sdcc_:
            assert token_stream(wanted.encode()) == token_stream(PORTED.back.source)
            converted = to_sdcc(given.encode())
            assert isinstance(converted, Converted) and token_stream(converted.source) == token_stream(wanted.encode())
            assert not re.search(r"__interrupt|<8052", given) and "__interrupt(4)" in wanted
        else:
            assert (given, wanted) == (SOURCE.strip(), PORTED.keil.source.decode().strip())
    assert seen == {True, False}


def test_a_row_says_what_was_compared() -> None:
    """The way back, and what stands behind the program itself."""
    for example in drawn(PORTED, 10):
        assert example.evidence.startswith("converted back and compiled to identical object code (sdcc 4.2.0, small")
        assert "passes its seed's harness" in example.evidence
        assert example.grade == "harness" and example.programs == ("p0",) and example.task == "port"
        assert all(step.startswith(("to-sdcc:", "to-keil:")) for step in example.steps)


def test_the_seeds_own_words_ask_for_sdcc() -> None:
    """They stand before the Keil text; never before the other direction, and not where they name what is not there."""
    texts = ("This UART driver is for Keil C51: move uart_put to SDCC.", "Port uart_gone.")
    brief = replace(BRIEF, requests=tuple(Request("en", "port", text) for text in texts))
    examples = drawn(replace(PORTED, brief=brief))
    own = [e for e in examples if "This UART driver is for Keil C51" in e.instruction]
    assert own and all(e.labels.dialect == "sdcc" and e.instruction.startswith("This UART driver") for e in own)
    assert len(own) < len(examples) and not any("uart_gone" in e.instruction for e in examples)


def test_every_kind_of_change_has_words_in_both_languages_and_a_place_in_the_order() -> None:
    """A construct that the converters know and the bank does not would stop a run."""
    for language in LANGUAGES:
        groups = bank(language, "port").groups
        kinds = {group.partition("-")[2] for group in groups if group.startswith(("keil-", "sdcc-"))}
        assert kinds <= set(ORDER)
    shown = ported(
        "#include <8052.h>\n#include <stdint.h>\n#include <stdbool.h>\n\n#define LED P1_0\n__sbit __at(0xD5) MARK;\n"
        "__sfr __at(0x8E) AUXR;\nstatic const uint8_t t[2] = {1, 0b11};\n__xdata __at(0x8000) uint8_t reg;\n"
        "static __bit busy;\nstatic inline bool f(char data)\n{\n    return data > 3;\n}\n"
        "void on_tick(void) __interrupt(TF0_VECTOR) __using(1)\n{\n    P3_0 = 1;\n    PCON |= IDL;\n"
        "    AUXR = INT8_MAX;\n"
        "    MARK = 0;\n}\nuint8_t g(uint8_t n) __reentrant\n{\n    busy = f('a');\n    reg = n;\n"
        '    __asm__("nop");\n    for (uint8_t i = 0; i < n; i++)\n        LED = 0;\n    uint8_t last = t[0];\n'
        "    __critical {\n        n = last;\n    }\n    return n;\n}\n"
    )
    kinds = {change.kind for change in shown.keil.changes}
    assert len(kinds) > 20, kinds
    for language in LANGUAGES:
        phrases = bank(language, "port")
        for draw in range(10):
            rng = random.Random(draw)
            for changes, to in ((shown.keil.changes, "keil"), (shown.back.changes, "sdcc")):
                said = told(changes, phrases, rng, to, language, ["bare"])
                assert len(said) == len({change.kind for change in changes})
                assert not any(re.search(r"\{[a-z]+\}|``", text) for text in said)


def test_other_places_of_a_construct_are_named_or_counted() -> None:
    """Three pins: one is shown, two are named. Six: they are counted."""
    phrases = bank("en", "port")
    few, many = (
        ported("#include <8052.h>\n" + "".join(f"#define PIN{n} P1_{n}\n" for n in range(count))) for count in (3, 7)
    )
    pins = [" ".join(told(m.keil.changes, phrases, random.Random(1), "keil", "en", ())) for m in (few, many)]
    assert "`PIN1` and `PIN2`" in pins[0] and "7" in pins[1] and "`PIN6`" not in pins[1]


def test_what_both_compilers_take_gives_no_row() -> None:
    """Plain C is no port; typedefs alone are one for C51 only, where `<stdint.h>` stops the compiler."""
    assert list(port.examples(ported("int f(int a)\n{\n    return a;\n}\n"), random.Random(1), len)) == []
    types = ported("#include <stdint.h>\n\nuint8_t f(uint8_t a)\n{\n    return a;\n}\n")
    assert {e.labels.dialect for e in drawn(types, 20)} == {"keil"}


def test_comments_follow_a_name_that_c51_reserves() -> None:
    """And a Chinese row has them in Chinese."""
    source = "#include <8052.h>\n\n/* Sends *data. */\nstatic void f(unsigned char *data)\n{\n    SBUF = *data;\n}\n"
    brief = replace(BRIEF, comments=(("Sends *data.", "发送 *data。"),))
    for seed in range(20):
        for example in port.examples(replace(ported(source), brief=brief), random.Random(seed), len, ("zh",)):
            assert "Sends" not in example.instruction + example.answer
            assert "发送 *" in example.answer


def test_a_keil_text_in_the_wild_means_the_same() -> None:
    """Whatever habits are drawn."""
    source = PORTED.keil.source
    texts = {in_the_wild(source, random.Random(seed)) for seed in range(30)}
    assert len(texts) > 1
    for text in texts:
        converted = to_sdcc(text)
        assert isinstance(converted, Converted) and converted.source == PORTED.back.source


def test_what_a_port_leaves_open_is_read_from_the_code() -> None:
    """Loops that only count, calls through pointers, handlers."""

    def unit(text: str) -> Unit:
        return Unit.parse(("#include <8052.h>\n" + text).encode())

    wait = "void f(unsigned int n)\n{\n    while (n--)\n        ;\n}\n"
    assert waits_by_counting(unit(wait))
    assert waits_by_counting(unit("void f(unsigned char n)\n{\n    do {\n    } while (--n);\n}\n"))
    assert not waits_by_counting(unit("void f(void)\n{\n    while (!TI)\n        ;\n}\n"))
    assert not waits_by_counting(unit("void f(int n)\n{\n    while (n--)\n        P1 = n;\n}\n"))
    plain = "static void f(void)\n{\n    P1 = 0;\n}\nvoid t(void) __interrupt(1)\n{\n    f();\n}\n"
    both = plain + "void g(void)\n{\n    f();\n}\n"
    assert shared_with_handlers(unit(both)) == ("f",) and not keeps_variables(unit(both), "f")
    assert keeps_variables(unit(both.replace("{\n    P1", "{\n    char c = 0;\n\n    P2 = c;\n    P1")), "f")
    assert shared_with_handlers(unit(both.replace("static void f(void)", "void f(void) __reentrant"))) == ()
    assert shared_with_handlers(unit(both.replace("void g(void)\n{\n    f();", "void g(void)\n{\n    P1 = 1;"))) == ()
    assert calls_by_pointer(unit("void f(void (*g)(void))\n{\n    g();\n}\n")) and not calls_by_pointer(unit(wait))
    assert handlers(unit("void t(void) __interrupt(1)\n{\n}\n")) == ("t",)
    assert handlers(Unit.parse(b"void t(void) interrupt 1\n{\n}\n")) == ("t",)
