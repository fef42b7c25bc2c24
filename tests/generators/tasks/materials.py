"""Programs and briefs that the tests of the tasks share."""

from __future__ import annotations

import random
from dataclasses import replace

from corpus.records import Diagnostic, Fault, Labels, Program, Sizes, Step
from corpus.seeds import load_seed
from corpus.source.unit import Unit
from flows.briefs import brief
from flows.settings import ROOT
from generators.dialects.conversion import Converted
from generators.dialects.keil import to_keil
from generators.dialects.sdcc import to_sdcc
from generators.mutants.catalogue import OPERATORS
from generators.mutants.operator import faulty
from generators.tasks.material import Bilingual, Brief, Mutated, Ported, Rewritten, Single, StepWords, Witness
from generators.tasks.requests import Request
from generators.templates import default_filling

SEEDS = ROOT / "tests" / "datasets" / "seeds"

SOURCE = """\
/* Blocking UART on an 8052: mode 1, timer 1 as the baud-rate generator. */
#include <8052.h>
#include <stdint.h>

#define BAUD_RELOAD 0xFD

static volatile uint8_t seen;

/* Counts what came in. */
void uart_isr(void) __interrupt(4)
{
    if (RI) {
        RI = 0;
        seen++;
    }
}

/* Sets 8-N-1 and starts the baud-rate generator;
 * call once after reset. */
void uart_init(void)
{
    SCON = 0x50;                  /* mode 1, receiver on */
    TMOD = (TMOD & 0x0F) | 0x20;  /* timer 1: 8-bit auto-reload */
    TH1 = BAUD_RELOAD;
    TR1 = 1;
}

/* Sends one byte and waits until its stop bit is out. */
void uart_put(uint8_t byte)
{
    SBUF = byte;
    while (!TI)
        ;
    TI = 0;
}

// How many bytes were seen
// since the reset.
uint8_t uart_seen(void)
{
    if (seen > 200)
        return 200;
    return seen;
}
"""

BRIEF = Brief(
    seed="uart-demo",
    title=Bilingual("Blocking UART driver with timer 1 as baud-rate generator", "用定时器 1 作波特率发生器的串口驱动"),
    requests=(
        Request("en", "specification", "Write a UART driver for an AT89S52: `uart_init`, `uart_put` and `uart_seen`."),
        Request("en", "question", "I need serial output on my board. Can you write uart_init and uart_put?"),
        Request(
            "en",
            "ticket",
            "Ticket: debug UART. AT89S52, 9600 8N1. Functions: uart_init, uart_put, uart_seen.",
        ),
        Request("zh", "specification", "用 SDCC 给 AT89S52 写串口驱动：`uart_init`、`uart_put`、`uart_seen`。"),
        Request("zh", "question", "我想先把串口调通，麻烦写一下 uart_init 和 uart_put。"),
        Request("zh", "ticket", "任务：调试串口。AT89S52，9600 8N1。接口 uart_init、uart_put、uart_seen。"),
    ),
    idea=Bilingual(
        "In mode 1 the UART shifts at one 32nd of timer 1's overflow rate. TI must be cleared by software.",
        "串口方式 1 的移位时钟是定时器 1 溢出率的 1/32。TI 要软件清零。",
    ),
    comments=(
        ("Blocking UART on an 8052: mode 1, timer 1 as the baud-rate generator.", "查询方式串口：方式 1。"),
        ("Counts what came in.", "对收到的字节计数。"),
        (
            "Sets 8-N-1 and starts the baud-rate generator; call once after reset.",
            "设为 8-N-1 并启动波特率发生器，复位后调用一次。",
        ),
        ("mode 1, receiver on", "方式 1，允许接收"),
        ("timer 1: 8-bit auto-reload", "定时器 1 八位自动重装"),
        ("Sends one byte and waits until its stop bit is out.", "发送一个字节，等到停止位发完。"),
        ("How many bytes were seen since the reset.", "复位以来收到的字节数。"),
    ),
    chip="AT89S52",
    clock="11.0592 MHz",
    dialect="sdcc",
    target="mcs51",
    model="small",
    kind="module",
    labels=Labels("mcs51", "sdcc", "uart", 2),
    compiler="sdcc 4.2.0",
)

PROGRAM = Program("p0", "uart-demo", SOURCE, "seed", grade="harness", sizes=Sizes(84, 1, 0))

SINGLE = Single(BRIEF, PROGRAM)


def variant(old: str, new: str, grade: str = "simulated", code: int = 80) -> Program:
    """The program with one text in place of another."""
    assert old in SOURCE
    source = SOURCE.replace(old, new)
    return replace(PROGRAM, id="p1", source=source, origin="rewrite", grade=grade, sizes=Sizes(code, 1, 0))


REWRITTEN = Rewritten(
    BRIEF,
    PROGRAM,
    variant("while (!TI)\n        ;", "for (; !TI; )\n        ;"),
    (StepWords("while-to-for", "loops", "Turn the while loop into a for loop", "把 while 循环改成 for 循环"),),
)


def single(name: str) -> Single:
    """The own program of a seed under `tests/datasets/seeds`, with its words."""
    seed = load_seed(SEEDS / name)
    program = Program("p", seed.id, seed.program, "seed", grade="harness", holes=default_filling(seed).texts)
    return Single(brief(seed, program, "gcc 1.2"), program)


def ported(source: str = SOURCE) -> Ported:
    """A program in both dialects."""
    keil = to_keil(source.encode())
    assert isinstance(keil, Converted), keil
    back = to_sdcc(keil.source)
    assert isinstance(back, Converted), back
    return Ported(BRIEF, replace(PROGRAM, source=source), keil, back)


PORTED = ported()

RENAMED = Rewritten(
    BRIEF,
    PROGRAM,
    replace(variant("uart_put", "uartPut", "identical-object"), aliases=(("uart_put", "uartPut"),)),
    (
        StepWords(
            "names",
            "names",
            "Use camelCase for function names",
            "函数名改用驼峰命名",
            renamed=(("uart_put", "uartPut"),),
        ),
        StepWords("hex", "literals", "Write the masks in hexadecimal", "掩码写成十六进制"),
        StepWords("braces", "layout", "Put braces around single statements", "单条语句也加花括号"),
    ),
)


def mutated(
    old: str,
    new: str,
    operator: str,
    *,
    witness: Witness | None = None,
    diagnostics: tuple[Diagnostic, ...] = (),
    seen: str = "in call 1: SBUF written 0x40, expected 0x41",
) -> Mutated:
    """The program with one fault."""
    assert SOURCE.count(old) >= 1
    source = SOURCE.replace(old, new, 1)
    kind = "compile" if diagnostics else "behaviour"
    fault = Fault("compile" if kind == "compile" else "behaviour", operator, seen)
    steps = _step(operator, source)
    mutant = replace(PROGRAM, id="m0", source=source, origin="mutant", grade="", fault=fault, steps=steps)
    return Mutated(BRIEF, PROGRAM, mutant, diagnostics, witness)


def _step(operator: str, source: str) -> tuple[Step, ...]:
    """The operator's own step to this source; none where it does not make it."""
    made = next((one for one in OPERATORS if one.name == operator), None)
    if made is None:
        return ()
    unit = Unit.parse(SOURCE.encode())
    found = (faulty(made, unit, one) for draw in range(40) for one in made.find(unit, random.Random(draw)))
    return tuple(one.step for one in found if one.source.decode() == source)[:1]


MUTANTS = (
    mutated("seen > 200", "seen >= 200", "relational-boundary", witness=Witness("value", "uart_seen", "0x00", "0xC8")),
    mutated("    TI = 0;\n", "", "drop-flag-clear", witness=Witness("uncleared", "TI")),
    mutated("SCON = 0x50", "SCON = 0x40", "constant-bit", witness=Witness("write", "SCON", "0x50", "0x40")),
    mutated("while (!TI)", "while (TI)", "negate-condition", witness=Witness("hang")),
    mutated("TH1 = ", "TL1 = ", "wrong-bit", witness=Witness("instead", "TL1", "0xFD", "0xFD", due="TH1")),
    mutated("static volatile ", "static ", "drop-volatile"),
    mutated("| 0x20", "& 0x20", "no-such-operator", witness=Witness("write", "TMOD", "0x21", "0x00", 2, "P1 = 0xFE")),
    mutated(
        "SBUF = byte;",
        "SBUF = byte",
        "missing-semicolon",
        diagnostics=(Diagnostic("program.c", 32, 5, "error", "syntax", "token -> 'while'"),),
        seen="token -> 'while'",
    ),
    mutated(
        "#include <8052.h>\n",
        "",
        "missing-include",
        diagnostics=(
            Diagnostic("program.c", 11, 0, "error", "20", "Undefined identifier 'RI'"),
            Diagnostic("harness.c", 3, 0, "error", "20", "Undefined identifier 'TMOD'"),
        ),
        seen="Undefined identifier 'RI'",
    ),
)
