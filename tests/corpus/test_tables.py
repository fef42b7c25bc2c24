"""Records survive their tables, every field of them."""

from __future__ import annotations

import dataclasses

from corpus.records import Coverage, Diagnostic, Fault, Program, Sizes, Step, Verdict, Witness, trace_id
from corpus.tables import PROGRAMS, TRACES, program_table, programs_of, trace_table

WARNING = Diagnostic("", 1, 2, "warning", "85", "m")
FULL = Program(
    id="0123456789abcdef",
    seed="uart-rx-ring",
    source="void f(void) { }\n",
    origin="mutant",
    parent="fedcba9876543210",
    holes=(("BAUD", "9600"),),
    aliases=(("rx", "receive"),),
    steps=(Step("mutant", "relational-flip", edits=((3, 4, ">"),)),),
    verdicts=(Verdict("compile-sdcc", "passed", tool="sdcc 4.2.0 -mmcs51", diagnostics=(WARNING,)),),
    grade="simulated",
    fault=Fault("behaviour", "relational-flip", "P1 written 0x01", 7, witness=Witness(1, 2, 30, "W90=00", "W90=01")),
    sizes=Sizes(120, 4, 16, 2),
    cycles=4000,
    stack=11,
    code_delta=-3,
    cycles_delta=20,
    distance=0.125,
    coverage=Coverage(9, 10, 7, 8),
    trace="00aa00aa00aa00aa",
)


def test_a_program_with_every_field_set_comes_back_equal() -> None:
    defaults = {f.name: f.default for f in dataclasses.fields(Program)}
    assert all(getattr(FULL, name) != default for name, default in defaults.items()), "a field is not exercised"
    assert list(programs_of(program_table([FULL]))) == [FULL]


def test_a_program_of_which_nothing_was_measured_comes_back_equal() -> None:
    bare = Program("1", "s", "int i;\n", "model")
    assert list(programs_of(program_table([bare, FULL]))) == [bare, FULL]
    assert program_table([bare]).schema == PROGRAMS


def test_traces_are_rows_by_id_and_stimulus() -> None:
    runs = [(0, "done", " M1 W90=FE"), (1, "done", " M1 W90=7F")]
    name = trace_id(runs)
    table = trace_table({name: runs})
    assert table.schema == TRACES
    assert [(row["id"], row["draw"], row["events"]) for row in table.to_pylist()] == [
        (name, 0, " M1 W90=FE"),
        (name, 1, " M1 W90=7F"),
    ]
    assert name != trace_id([runs[0]])
