"""A small report with all that a page may meet: markup in texts, Chinese, an empty cell, a pair, a shortfall."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reports.lengths import measure_lengths
from reports.reach import Reach
from reports.report import (
    Coverage,
    Deltas,
    Group,
    HarnessCoverage,
    Lineage,
    Margin,
    Measure,
    Measured,
    Medians,
    MixtureOutcome,
    OperatorYield,
    Pair,
    Reached,
    Reject,
    Report,
    RuleYield,
    Sample,
    SetSize,
    Shortfall,
    StageYield,
    StepLine,
    Variety,
)

HOSTILE = "<script>alert('x')</script> & <b>\"bold\"</b>"
CODE = "/* 中文注释 */\n#include <8052.h>\nvoid f(void)\n{\n    P1 = 0x0F;\n}\n"

_SAMPLE = Sample(
    id="0123456789abcdef",
    split="train",
    task="fix",
    language="zh",
    peripheral="gpio",
    difficulty=2,
    tokens=120,
    turns=(
        ("user", f"请改正 {HOSTILE}\n\n```c\n{CODE}```\n谢谢。"),
        ("assistant", "改好了：\n\n```diff\n-a\n+b\n```"),
    ),
    grade="simulated",
    evidence=f"the same 12 events under 2 stimuli {HOSTILE}",
    seed="led",
    programs=("aaaa", "bbbb"),
    steps=(
        StepLine("rewrite", "hex-case", "identical-object", "digits = upper"),
        StepLine("mutant", "wrong-bit", "", ""),
    ),
    phrasing="fix/zh/1",
    diff="@@ -1 +1 @@\n-P1 = 0x0F;\n+P1 = 0xF0;",
)


def report(**changes: Any) -> Report:
    """The report with these fields in place of its own."""
    margins = (
        Margin("language", "en", 0.5, 0.4, 400, 4, 0, 400),
        Margin("language", "zh", 0.5, 0.6, 600, 6, 1, 900),
    )
    short = Shortfall(
        "language",
        "en",
        100,
        "language=en is short of 100 tokens: make more of language=en (about 2 rows)",
        (("language=en", 2),),
    )
    made = Report(
        name="small",
        size=SetSize(8, 2, 9, 1000, 400, 5000),
        groups={
            "grade": (Group("simulated", 9, 900, 0.9), Group("harness", 1, 100, 0.1)),
            "task": (Group("fix", 10, 1000, 1.0),),
            "language": (Group("zh", 6, 600, 0.6), Group("en", 4, 400, 0.4)),
            "origin": (Group("mutant", 10, 1000, 1.0),),
            "target": (Group("mcs51", 10, 1000, 1.0),),
        },
        stages=(
            StageYield("expand", "grow", 1, 20, 15, 5, (("fault:not-seen", 5),), 1.5, 10.0),
            StageYield("model", "ask", 0, 0, 0, 0, (), 0.0, 0.0),
            StageYield("tasks", "write", 1, 12, 11, 1, (("length:too-long", 1),), 2.0, 0.0),
        ),
        gates=(("fault: not-seen", 5), ("length: too-long", 1)),
        mixture=MixtureOutcome(12, "rows", 10, 8, 2, 9.1, margins, (short,), ("language=en",)),
        rules=(
            RuleYield(
                "hex-case",
                "literals",
                "Write hex digits in upper case",
                9,
                5,
                (("identical-object", 5),),
                1,
                (("equivalent:not-same", 1),),
                3,
                (("no-site", 3),),
                (("compile-clang:warning", 2),),
            ),
            RuleYield("for-to-while", "loops", "", 0, 0, (), 0, (), 0, ()),
        ),
        reach=(
            Reach("led", 40, 30, 4, (("loops", 3), ("branches", 1)), 7, 60, 12, 16),
            Reach("lamp", 40, 0, 0, (), 0, 0, 0, None),
        ),
        operators=(OperatorYield("wrong-bit", "the wrong bit is used", 0, 7, 1, 2, 0),),
        copies=(("program: near-duplicate", 1),),
        pairs=(Pair("near-duplicate", 0.87, "cccc", "led", CODE, "dddd", "lamp", CODE.replace("0x0F", "0x1F")),),
        lineages=(Lineage("led", "An LED", "发光二极管", "gpio", 2, "Apache-2.0", "train", 3, 4, 10, 1000),),
        lineage_cap=3,
        variety=Variety(
            3, (Measure("effective programs", 2.5, "of 3"),), (("请改正", 6), ("", 4)), 10, (("fix", "zh", 6, 3, 0.5),)
        ),
        lengths=measure_lengths({90: 8, 140: 2}),
        measured=Measured(
            (Medians("rewrite", 2, 1310, 12, 9, 48_519), Medians("mutant", 7, 120, 8, None, None)),
            (Deltas("code bytes", -4, 2, 0, 0), Deltas("machine cycles", 0, 0, 2, 0)),
            HarnessCoverage(2, 1, 0.95, 0.75, 0.9, 0, 1, (Reached("led", "bbbb", 0.92, 0.5),)),
        ),
        coverage=Coverage(("gpio", "uart"), (1, 2), ((0, 10), (0, 0)), ((0, 1), (1, 0))),
        samples=(_SAMPLE,),
        rejects=(
            Reject("eeee", "program", "led", "expand", "fault", "failed", "not-seen", HOSTILE, "", 0.0, CODE),
            Reject(
                "ffff",
                "example",
                "led",
                "tasks",
                "length",
                "failed",
                "too-long",
                "2,000 tokens",
                "",
                0.0,
                "问\n\n```c\nint a;\n```",
            ),
        ),
        rejected=6,
        stimuli=2,
        fills=2,
        contains_model=False,
        tools={"sdcc": "4.2.0", "gcc": "12.2.0"},
        packages={"firmseed": "0.1.0"},
        recipe={
            "name": "small",
            "seed": 7,
            "generate": {"rewrites": {"distance_min": 0.02}},
            "curate": {"near_duplicate": 0.8},
        },
    )
    return replace(made, **changes)
