"""Rules that undo each other: a chain takes one of a pair at most, or a person would be asked for both."""

from __future__ import annotations

from collections.abc import Iterable

OPPOSITES: tuple[frozenset[str], ...] = tuple(
    map(
        frozenset,
        (
            ("compound-assignment", "spelt-out-assignment"),
            ("for-to-while", "while-to-for"),
            ("exit-inside", "exit-in-head"),
            ("else-after-return", "else-added"),
            ("merged-if", "split-if"),
            ("guard-clause", "wrapped-body"),
            ("returned-choice", "spelt-out-choice"),
            ("assigned-choice", "spelt-out-choice"),
            ("truth-itself", "truth-spelt-out"),
            ("returned-choice", "truth-spelt-out"),
            ("assigned-choice", "truth-spelt-out"),
            ("truth-itself", "spelt-out-choice"),
            ("exit-inside", "endless-loop"),
            ("de-morgan", "negated-comparison"),
            ("switch-to-ifs", "ifs-to-switch"),
            ("braces-added", "braces-dropped"),
            ("split-declarators", "merge-declarators"),
            ("split-initialiser", "join-initialiser"),
            ("loop-variable-in", "loop-variable-out"),
            ("declare-at-first-use", "declare-at-block-start"),
            ("extract-function", "inline-helper"),
            ("helper-below", "helper-above"),
            ("macros-to-enum", "enum-to-macros"),
            ("name-array-size", "macro-in-place"),
            ("mask-test-explicit", "mask-test-bare"),
            ("remainder-as-mask", "mask-as-remainder"),
            ("subscript-as-pointer", "pointer-as-subscript"),
            ("bit-macro", "bit-as-shift"),
            ("constant-side", "relation-flip"),
            ("zero-test", "mask-test-explicit"),
            ("zero-test", "mask-test-bare"),
            ("braces-added", "brace-style"),
            ("compared-in-parentheses", "constant-side"),
        ),
    )
)


def undoes(name: str, taken: Iterable[str]) -> bool:
    """Whether a rule would undo, or blur, one that a chain has taken."""
    return any({name, other} in OPPOSITES for other in taken)
