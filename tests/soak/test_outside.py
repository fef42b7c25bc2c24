"""The soak over other people's C: its own judgement is what is tested here, on texts that are wrong on purpose."""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.records import Step
from corpus.source.edits import Edit, apply_edits
from corpus.source.unit import Unit
from generators.rewrites.apply import Proposal
from generators.rewrites.rule import Context, Refusal, Rule, Site
from generators.rewrites.style import STYLES
from tests.soak import outside
from tests.soak.outside_builds import Builder, by_function, regression_functions
from tests.soak.outside_chains import Chain, TooSlow, _step, _within, chain, wrong
from tests.soak.outside_figures import table
from tests.soak.outside_files import GROUPS, SAMPLES, Group, Source, is_template, sources
from tests.soak.outside_judging import judged
from tests.soak.outside_packages import PACKAGES, fetch
from validators.sandbox.runner import Sandbox

TEXT = b"#include <8052.h>\n/* one */\nvoid f(void)\n{\n    P1 = 1;\n    __asm nop __endasm;\n}\n"


def rule_of(find: object, **more: bool) -> Rule:
    return Rule("made-up", "loops", "site", "", "", find, (), (), **more)  # type: ignore[arg-type]


def kinds(before: bytes, edit: Edit, rule: Rule) -> set[str]:
    """The kinds of defect of a step that makes this one edit."""
    step = Step("rewrite", "made-up", edits=((edit.start, edit.end, edit.text.decode()),))
    return {d.kind for d in wrong(Unit.parse(before), Proposal(apply_edits(before, [edit]), step, ()), rule)}


def put(before: bytes, old: bytes, new: bytes) -> Edit:
    at = before.index(old)
    return Edit(at, at + len(old), new)


def test_a_right_step_has_no_defect() -> None:
    assert kinds(TEXT, put(TEXT, b"P1 = 1;", b"P1 = 0x01;"), rule_of(None)) == set()
    assert kinds(TEXT, put(TEXT, b"/* one */", b"/** @brief One\n * one */"), rule_of(None)) == set()


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (b"/* one */\n", b"", "comments"),
        (b"#include <8052.h>\n", b"", "directives"),
        (b"{\n", b"{{\n", "parse"),
        (b"__asm nop __endasm", b"__asm  nop __endasm", "asm"),
        (b"P1 = 1;\n", b"P1 = 1;  \n", "trailing-blanks"),
        (b"P1 = 1;\n", b"P1 = 1;\r\n", "line-ends"),
        (b"}\n", b"}", "last-line"),
    ],
)
def test_what_a_step_breaks_is_named(old: bytes, new: bytes, kind: str) -> None:
    assert kind in kinds(TEXT, put(TEXT, old, new), rule_of(None))


def test_a_rule_of_layout_must_keep_the_tokens() -> None:
    assert kinds(TEXT, put(TEXT, b"P1 = 1", b"P1 = 2"), rule_of(None, tokens_kept=True)) == {"tokens"}


def test_edits_must_give_the_text() -> None:
    step = Step("rewrite", "made-up", edits=((0, 0, "x"),))
    assert [d.kind for d in wrong(Unit.parse(TEXT), Proposal(TEXT + b"\n", step, ()), rule_of(None))] == ["edits"]


def test_a_file_that_did_not_parse_before_may_stay_so() -> None:
    broken = b"void f( { }\n" + TEXT
    assert kinds(broken, put(broken, b"P1 = 1;", b"P1 = 0x01;"), rule_of(None)) == set()


def test_a_crash_of_a_rule_is_a_defect_of_the_chain() -> None:
    def find(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
        raise KeyError("gone")

    made = Chain("c99", [TEXT])
    _step(made, rule_of(find), Context(STYLES[0], random.Random(1)))
    assert [(d.kind, d.rule) for d in made.defects] == [("crash", "made-up")]
    assert "KeyError: 'gone' in test_outside.py" in made.defects[0].detail


def test_a_rule_that_does_not_end_is_stopped() -> None:
    def endless() -> None:
        while True:
            pass

    with pytest.raises(TooSlow):
        _within(0.05, endless)


def test_a_chain_is_the_same_every_time() -> None:
    text = (SAMPLES / "sdcc" / "spaces.c").read_bytes()
    one, other = (chain(text, "x", 3) for _ in range(2))
    assert one.texts == other.texts and 1 <= len(one.steps) <= 8


def test_functions_are_compared_without_the_numbers_of_labels() -> None:
    lines = "\t.type\t{0}, @function\n{0}:\n\tjmp .L{1}\n.L{1}:\n\tcall x.{1}\n\t.size {0}, 3\n"
    one, other = by_function(lines.format("f", 2)), by_function(lines.format("g", 7), [("f", "g")])
    assert one == other and set(one) == {"f", "="}
    assert by_function(lines.format("f", 2).replace("jmp", "jne"))["f"] != one["f"]


def test_test_functions_of_others_are_found_and_templates_left_out() -> None:
    assert regression_functions(b"static void test1(void)\n{\n}\nvoid testB(void)\n{\n}\n") == ["testB"]
    assert is_template(b"{type} x;") and not is_template(b"struct { int a; };")


def test_every_package_of_a_group_is_fetched_and_one_that_is_there_is_not(tmp_path: Path) -> None:
    assert {group.package for group in GROUPS} - {""} == {name for name, _ in PACKAGES}
    (tmp_path / "zlib").mkdir()
    assert fetch(tmp_path, (("zlib", "1"),)) == {}


def test_each_sample_says_that_it_is_ours_and_parses_but_for_the_known_dialects() -> None:
    for source in sources(Path("/nowhere"), tuple(group for group in GROUPS if group.name.startswith("samples-"))):
        assert b"SPDX-License-Identifier: Apache-2.0" in source.text, source.name
        if source.group.dialect in ("sdcc", "keil"):
            assert Unit.parse(source.text).error is None or source.name == "samples-keil/rtos.c", source.name


@pytest.fixture(scope="module")
def builder() -> Iterator[Builder]:
    with Sandbox(readable=[SAMPLES]) as sandbox:
        yield Builder(sandbox)


def source_of(path: Path, compiler: tuple[str, ...], *, runs: bool = False) -> Source:
    return Source(Group("made-up", "gcc", "", str(path.parent), ("*.c",), compiler, runs=runs), "x", path, path.parent)


def test_code_tells_a_change_from_a_renaming_and_from_what_does_not_compile(builder: Builder, tmp_path: Path) -> None:
    (tmp_path / "a.c").write_bytes(text := b"int g;\nint f(int n)\n{\n    return n * g;\n}\n")
    source = source_of(tmp_path / "a.c", ("gcc", "-w", "-O2"))
    before = builder.code(source, text)
    assert builder.code(source, text.replace(b"g", b"total"), [("g", "total")]) == before
    assert builder.code(source, text.replace(b"n * g", b"n + g")).functions["f"] != before.functions["f"]
    assert "error" in builder.code(source, b"int f(\n").complaint


def test_a_regression_test_runs_and_tells_its_failures(builder: Builder, tmp_path: Path) -> None:
    (tmp_path / "a.c").write_bytes(text := b"#include <testfwk.h>\nvoid testA(void)\n{\n    ASSERT(2 > 1);\n}\n")
    source = source_of(tmp_path / "a.c", ("gcc", "-w", "-O2", "-DPORT_HOST=1"), runs=True)
    assert builder.output(source, text) == "1 tests, 0 failures rc 0 exited"
    assert builder.output(source, text.replace(b"2 > 1", b"2 < 1")) == "1 tests, 1 failures rc 1 exited"
    assert builder.output(source, text.replace(b"testA", b"test_a"), [("testA", "test_a")]).startswith("1 tests, 0")


def test_a_record_holds_what_the_figures_need(builder: Builder, tmp_path: Path) -> None:
    (tmp_path / "a.c").write_bytes(b"int f(int n)\n{\n    if (n == 0)\n        n++;\n    return n;\n}\n")
    record = judged(source_of(tmp_path / "a.c", ("gcc", "-w", "-O2")), 2, builder, tmp_path / "kept")
    assert (record["functions"], record["error_bytes"], record["compiles"], record["defects"]) == (1, 0, True, [])
    text = table([record], [])
    assert "2 chains" in text and "defects: none" in text


def test_a_second_call_judges_nothing_again(tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    outside.add_arguments(parser)
    words = f"--groups samples-iar --no-fetch --no-compile --chains 1 --command-files 0 --sources {tmp_path / 's'}"
    args = parser.parse_args([*words.split(), "--out", str(tmp_path / "out")])
    assert outside.run(args) == 0
    lines = (tmp_path / "out" / "results.jsonl").read_text(encoding="utf-8")
    assert outside.run(args) == 0
    assert (tmp_path / "out" / "results.jsonl").read_text(encoding="utf-8") == lines
    assert json.loads(lines)["file"] == "samples-iar/timer.c"


def test_a_defect_gives_exit_code_1_and_nothing_to_read_gives_2(tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    outside.add_arguments(parser)
    words = ["--no-fetch", "--no-compile", "--no-single", "--chains", "1", "--command-files", "0"]
    words += ["--sources", str(tmp_path / "s"), "--out", str(tmp_path / "out"), "--groups"]
    assert outside.run(parser.parse_args([*words, "samples-iar"])) == 0
    results = tmp_path / "out" / "results.jsonl"
    record = json.loads(results.read_text(encoding="utf-8"))
    results.write_text(json.dumps(record | {"defects": [["crash", "made-up", "here"]]}) + "\n", encoding="utf-8")
    assert outside.run(parser.parse_args([*words, "samples-iar"])) == 1
    assert outside.run(parser.parse_args([*words, "no-such-group"])) == 2
