"""Every gate on Examples: what it keeps, and what it drops with which reason word. What is kept comes first."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from corpus.records import Example, Verdict
from filters.length import Length
from filters.quality import Quality
from filters.repetition import Repetition
from tests.filters.rows import ASK, CODE, TELL, example, with_code, with_prose

Gate = Callable[[Example], Verdict]

TABLE = "const unsigned char font[] = {\n" + "    0x3F, 0x06, 0x5B, 0x4F, 0x66, 0x6D, 0x7D, 0x07,\n" * 40 + "};"
INIT = "void init(void)\n{\n" + "".join(f"    P{i % 4} = 0xFF;\n" for i in range(60)) + "}"
VARIED = (
    "The timer counts machine cycles, and each overflow sets a flag that the hardware clears as soon as the interrupt "
    "routine is entered. Because the reload value sits in the high byte, no instruction is spent on it, and the period "
    "stays exact whatever the main loop does meanwhile. A slower rate needs either a larger prescaler, which this core "
    "lacks, or a counter in software, which is what the variable here is for."
)
CHINESE = (
    "定时器每个机器周期加一,溢出时由硬件置位标志,进入中断服务程序后自动清零。重装值放在高字节里,不占用指令,所以无论主循环在做什么,周期都很准确。"
    "如果要更慢的节拍,可以在中断里用一个软件计数器,数到规定的次数再置标志,主循环看到标志以后才去处理按键和显示,这样两边互不影响,也便于以后修改。"
)  # fmt: skip

# A term of six characters is three words, however often it occurs.
TERMS = (
    "看门狗定时器由软件启动,启动以后不能停止,只能定期喂狗。主循环每转一圈清一次看门狗定时器,中断里不要清看门狗定时器,"
    "否则主循环卡死时看门狗定时器照样被清,起不到保护作用。上电以后先完成初始化,再打开看门狗定时器;如果初始化很慢,"
    "看门狗定时器的溢出时间要留出余量。"
)  # fmt: skip
SPECIFICATION = (
    "Write a ring buffer of bytes with put(byte value, byte channel), get(byte value, byte channel), "
    "peek(byte value, byte channel) and drop(byte value, byte channel); each `byte value` stands for one element, each "
    "`byte value` goes in at the head and comes out at the tail, and nothing may be lost while the interrupt runs. "
    "When the buffer is full the oldest element stays and the new one is refused, so that the reader sees a gap."
)
FIELDS = (
    "The frame has these parts, in this order: uint8_t field, uint8_t field, uint8_t field, uint8_t field, "
    "uint8_t field, uint8_t field. Every one is sent with its high bit clear, except the first, which marks the start; "
    "so a receiver that joins late drops what it hears until it sees a start, and is never out of step for longer than "
    "one frame. The sum over all of them, without carry, comes last."
)
MIXED = (
    "任务:定宽十进制输出。void print_u16(uint16_t value, char *field);void print_i16(int16_t value, char *field)。"
    "宽度 6 加 NUL,右对齐,补位字符 `0`,“-”紧挨首位数字,不带“+”,无前导零,零输出“0”,全范围含 -32768。"
    "不用除法,不用 printf,幂次表放 __code,SDCC。"
)  # fmt: skip
NUMBERS = "The table holds these steps: " + "10, 20, 30, " * 12 + VARIED

KEPT: list[tuple[Gate, Example]] = [
    (Repetition(), example()),
    (Repetition(), with_code(TABLE)),
    (Repetition(), with_code(INIT)),
    (Repetition(), with_prose(VARIED)),
    (Repetition(), with_prose(CHINESE, "zh")),
    (Repetition(), with_prose("- sets TI\n- clears RI\n- sets TR1\n- returns SBUF")),
    (Repetition(), with_prose("Yes. Yes. Yes.")),
    (Repetition(), with_prose(TERMS, "zh")),
    (Repetition(min_words_top=50), example(ask=SPECIFICATION)),
    (Repetition(min_words_top=50), example(ask=FIELDS)),
    (Repetition(), example(language="zh", ask=MIXED)),
    (Repetition(), example(ask=NUMBERS)),
    (Length(), example()),
    (Length(), with_prose("word " * 300)),
    (Length(), example("complete", answer="}", middle="}")),
    (Length(), with_code("x" * 1000)),
    (Quality(), example()),
    (Quality(), example(language="zh")),
    (Quality(), example(language="zh", answer=f"```c\n{CODE}```")),
    (Quality(), example("complete", "zh", ask="```c\nP1 = <?>; /* 熄灭 */\n```\n`<?>` = ?", answer="0", middle="0")),
    (Quality(), with_code(TABLE)),
    (Quality(), with_code(INIT)),
    (Quality(), with_code('enum { A };\nunsigned char t[] = {A};\nconst char s[] = "{NAME}";')),
    (Quality(), example(ask="What does `int t[] = {A};` do, and `enum {B}`? Fill in the TODO, please.")),
    (Quality(), example("complete", answer="++;", middle="++;")),
    (Quality(), with_prose("It inverts the pin.")),
    (Quality(), with_code("/* ... and so on: inverts P1 */\nvoid led_toggle(void)\n{\n    P1 ^= 1;\n}")),
    (Quality(), with_code("// 1 µs a cycle, ±2 %, 25 °C\nP1 ^= 1;")),
]

DROPPED: list[tuple[Gate, Example, str]] = [
    (Repetition(), with_prose("Set the pin.\n" * 5 + "Done."), "duplicate-lines"),
    (Repetition(), with_prose(f"One.\nTwo.\nThree.\n{VARIED}\n{VARIED}"), "duplicate-line-characters"),
    (Repetition(), with_prose(VARIED + " the pin" * 40), "top-n-gram"),
    (Repetition(), with_prose(f"{VARIED} {VARIED}"), "duplicate-n-gram"),
    (Repetition(), with_prose(CHINESE + CHINESE, "zh"), "duplicate-n-gram"),
    (Repetition(), example(ask=f"{VARIED} {VARIED}"), "duplicate-n-gram"),
    (Length(), example(ask="Write it."), "short-instruction"),
    (Length(), example(answer="P1 = 0;"), "short-answer"),
    (Length(), example("complete", answer=""), "short-answer"),
    (Length(), with_code("P1 = 0;\n" * 2000), "long-row"),
    (Length(), with_code("x" * 1001), "long-line"),
    (Quality(), example(answer=f"It\ufffds done:\n```c\n{CODE}```"), "mojibake"),
    (Quality(), example(ask="Read 25 Â°C, donâ€™t round."), "mojibake"),
    (Quality(), example(language="zh", ask="锟斤拷写一个函数"), "mojibake"),
    (Quality(), example(answer=f"{TELL['en']}\n```c\n{CODE}"), "fences"),
    (Quality(), example(ask=f"Fix this:\n```c\n{CODE}"), "fences"),
    (Quality(), example(ask="Set {BAUD} baud on the UART of an AT89S52."), "placeholder"),
    (Quality(), example(ask="Set `{BAUD}` baud on the UART of an AT89S52."), "placeholder"),
    (Quality(), with_code("/* {CRYSTAL_MHZ} MHz */\nvoid f(void);"), "placeholder"),
    (Quality(), with_code("TH1 = HOLE_BAUD_RELOAD;"), "placeholder"),
    (Quality(), with_code("void f(void)\n{\n    /* TODO: set the pin */\n}"), "placeholder"),
    (Quality(), with_code("void f(void)\n{\n    // ...\n}"), "placeholder"),
    (Quality(), with_code("void f(void);\n/* ... rest of the code ... */"), "placeholder"),
    (Quality(), example(language="zh", ask=ASK["en"]), "half-translated"),
    (Quality(), example(language="zh", ask="```c\nP1 = 0;\n```\n`<?>` = ?"), "half-translated"),
    (Quality(), example(language="zh", ask=f"{ASK['en']}\n```c\nP1 = 0; /* 熄灭 */\n```"), "half-translated"),
    (Quality(), example(language="zh", answer=f"{TELL['en']}\n```c\n{CODE}```"), "half-translated"),
    (Quality(), example(ask=ASK["zh"]), "half-translated"),
    (Quality(), with_code("P1 = 0; /* 熄灭 */"), "half-translated"),
    (Quality(), example(answer="Invert the pin with an exclusive or."), "no-code"),
    (Quality(), example("complete", answer="x", middle=" \n"), "no-code"),
    (Quality(), with_code("/* " + "a comment and no more than that. " * 20 + "*/\nP1 = 0;"), "comment-ratio"),
    (Quality(), with_code("{ 10, 20, 30, 40 },\n" * 10), "alpha-ratio"),
    (Quality(), with_code("\n".join(["unsigned char a_name_that_is_long;" * 4] * 5)), "mean-line"),
    (Quality(), with_code("a=b*c+d/e-f%g&h|i^j<k>l;\n" * 5), "chars-per-token"),
]


@pytest.mark.parametrize(
    ("gate", "row", "reason"),
    [
        pytest.param(gate, row, reason, id=f"{type(gate).__name__}-{reason or 'kept'}")
        for gate, row, reason in [*((gate, row, "") for gate, row in KEPT), *DROPPED]
    ],
)
def test_a_gate_keeps_good_rows_and_names_what_is_wrong_with_others(gate: Gate, row: Example, reason: str) -> None:
    """The reason word is the measure that failed; a failure carries its evidence in words."""
    verdict = gate(row)
    assert (verdict.reason, verdict.outcome) == (reason, "failed" if reason else "passed"), verdict.evidence
    assert bool(verdict.evidence) == bool(reason)


@pytest.mark.parametrize("gate", [Repetition(), Length(), Quality()], ids=lambda gate: type(gate).__name__)
def test_a_gate_gives_its_measures_as_numbers_for_any_row(gate: Repetition | Length | Quality) -> None:
    """The same names for every row, finite, so that they make columns."""
    rows = [example(), example("complete", answer="", middle=""), with_prose(VARIED), with_prose("")]
    names = {tuple(name for name, _ in gate.scores(row)) for row in rows}
    assert len(names) == 1
    assert all(0 <= value < 1e9 for row in rows for _, value in gate.scores(row))


def test_scores_are_the_numbers_that_the_gates_compare() -> None:
    """Known values for the good row, and more than 1 for repeated prose."""
    assert dict(Length().scores(example()))["longest_line"] == len("/* Toggles the LED on P1.0. */")
    quality = dict(Quality().scores(example()))
    assert quality["comment_ratio"] == pytest.approx(
        len("/* Toggles the LED on P1.0. */") / len(CODE.rstrip()), abs=0.001
    )
    assert dict(Repetition().scores(with_prose(f"{VARIED} {VARIED}")))["repetition"] > 1
    assert dict(Repetition().scores(with_prose(VARIED)))["repetition"] < 1


def test_thresholds_are_settings() -> None:
    """A stricter limit drops what the default keeps."""
    assert Length(max_tokens=30)(example()).reason == "long-row"
    assert Quality(max_comment_ratio=0.1)(example()).reason == "comment-ratio"
    assert Repetition(duplicate_lines=0.0)(with_prose("a\nb\nc\na")).reason == "duplicate-lines"
