"""Where a faulty text differs: what a diagnosis can point at."""

from __future__ import annotations

import pytest

from generators.tasks.faults import Fault, find_fault


def test_the_place_of_a_fault_is_cut_out_in_tokens() -> None:
    """The differing operator or operand, the missing statement, or nothing when it cannot be cut cleanly."""
    boundary = find_fault("if (a <= 3) /* x */", "if (a < 3) /* x */")
    assert (boundary.wrong, boundary.right, boundary.wrong_line) == ("<=", "<", "if (a <= 3)")
    gap = find_fault("a;\nc;", "a;\nb;\nc;")
    assert (gap.kind, gap.line, gap.right) == ("gap", 1, "b;")
    semicolon = find_fault("a = 1\nb;", "a = 1;\nb;")
    assert (semicolon.wrong, semicolon.right, semicolon.right_line) == ("", "", "a = 1;")


FUNCTIONS = "void a(void)\n{\n}\n\n// b\nvoid b(void)\n{\n    a();\n}\n"


@pytest.mark.parametrize(
    ("wrong", "right", "fault"),
    [
        ("go = 1;\nload = 2;\nend;", "load = 2;\ngo = 1;\nend;", Fault(1, "go = 1;", "", "", "", "moved", 2)),
        ("work;\nend;", "off;\nwork;\non;\nend;", Fault(0, "", "off;", "", "off;", "gap")),
        ("top;\nwork;\nend;", "top;\noff;\nwork;\non;\nend;", Fault(1, "", "", "", "", "gaps", 2)),
        ("int a;\nint a;\n", "int a;\n", Fault(2, "int a;", "", "", "", "extra")),
        (
            FUNCTIONS.removeprefix("void a(void)\n{\n}\n\n") + "\nvoid a(void)\n{\n}\n",
            FUNCTIONS,
            Fault(7, "void a(void)", "", "", "", "block"),
        ),
    ],
    ids=["moved", "gap", "gaps", "extra", "block"],
)
def test_what_has_to_be_done_is_told_by_its_kind(wrong: str, right: str, fault: Fault) -> None:
    """A line to move, to put back, to take out; two gaps; a function behind its call."""
    assert find_fault(wrong, right, 1) == fault


def test_equal_texts_have_no_fault() -> None:
    """Nothing to point at."""
    with pytest.raises(ValueError, match="do not differ"):
        find_fault("a;", "a;")
