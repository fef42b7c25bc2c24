"""Objects linked by sdcc's linker alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from validators.linking import MCS51_LINK, Linker, renamed
from validators.sandbox.runner import Sandbox
from validators.toolchains.catalogue import toolchain
from validators.toolchains.compile import compile_verdict

MAIN = "int divide(int a, int b);\nint seen;\nvoid main(void) { seen = divide(7, 2); }\n"
PART = "int divide(int a, int b) { return a / b; }\n"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


def compiled(sandbox: Sandbox, source: str) -> str:
    return compile_verdict(sandbox, toolchain("sdcc-mcs51"), source).object


@pytest.mark.parametrize("model", ["small", "large"])
def test_the_image_is_that_of_the_compilers_own_link(sandbox: Sandbox, model: str) -> None:
    """The first time with the libraries, then with the modules that it took."""
    whole = compile_verdict(sandbox, toolchain("sdcc-mcs51", purpose="image", model=model), MAIN + PART)
    single = compile_verdict(sandbox, toolchain("sdcc-mcs51", model=model), MAIN + PART).object
    linker = Linker(sandbox, MCS51_LINK)
    for _ in range(2):
        assert linker.link({"program.rel": single.encode()}, model) == whole.files["program.ihx"]


def test_objects_are_joined_and_what_one_lacks_is_no_image(sandbox: Sandbox) -> None:
    """An undefined symbol is a warning to the linker, and an error here."""
    linker = Linker(sandbox, MCS51_LINK)
    main, part = compiled(sandbox, MAIN).encode(), compiled(sandbox, PART).encode()
    assert linker.link({"main.rel": main, "part.rel": part}, "small").startswith(b":")
    assert linker.link({"main.rel": main}, "small") == b""


def test_a_program_that_does_not_fit_is_no_image(sandbox: Sandbox) -> None:
    """Nor does the next one suffer."""
    linker = Linker(sandbox, MCS51_LINK)
    hog = compiled(sandbox, MAIN + PART + "char hog[300];")
    good = compiled(sandbox, MAIN + PART)
    assert linker.link({"main.rel": hog.encode()}, "small") == b""
    assert linker.link({"main.rel": good.encode()}, "small")


def test_a_symbol_is_renamed_with_its_parameters(sandbox: Sandbox) -> None:
    """Its code stays as it is."""
    other = compiled(sandbox, PART.replace("divide", "quotient"))
    mine = renamed(other, {"quotient": "divide"})
    assert mine is not None and "_divide Def" in mine and "_divide_PARM_2 Def" in mine and "quotient" not in mine
    linker = Linker(sandbox, MCS51_LINK)
    assert linker.link({"main.rel": compiled(sandbox, MAIN).encode(), "part.rel": mine.encode()}, "small")


def test_two_symbols_may_change_places_but_not_become_one(sandbox: Sandbox) -> None:
    """The linker would take either."""
    rel = compiled(sandbox, "int one; int two;")
    swapped = renamed(rel, {"one": "two", "two": "one"})
    assert "S _one Def000000" in rel and "S _two Def000002" in rel
    assert swapped is not None and "S _two Def000000" in swapped and "S _one Def000002" in swapped
    assert renamed(rel, {"one": "two"}) is None
