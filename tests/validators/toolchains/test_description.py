"""A description file says all that is needed of a compiler, and a mistake in one is named with its place."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from tests.docs.pages import Page
from validators.sandbox.runner import Sandbox
from validators.toolchains.catalogue import SHIPPED, load_toolchain, shipped, toolchain
from validators.toolchains.compile import compile_verdict
from validators.toolchains.description import Description, ToolchainError

GOOD = """\
name: mine
target: mcs51
int_bits: 16
program: sdcc
options:
  model: {values: [small, large], default: small}
  allocs: {range: [1, 50], default: 5}
flags: [-mmcs51, "--model-{model}"]
object:
  arguments: ["{flags}", -c, "{source}"]
  output: "{stem}.rel"
  kind: sdas
messages:
  - sdcc
sizes: {reader: sdas-areas}
version: {arguments: [--version]}
tested: 4.2.0
install: apt-get install sdcc
"""

# What is changed in GOOD, and what is said of it.
MISTAKES = {
    "an unknown key": ("tested:", "testet:", ':17: testet: unknown key; did you mean "tested"?'),
    "an unknown key within": (
        "{reader: sdas-areas}", "{raeder: sdas-areas}", ':15: sizes.raeder: unknown key; did you mean "reader"?'
    ),
    "a wrong type": ("int_bits: 16", "int_bits: wide", ":3: int_bits: Input should be 8, 16, 32 or 64"),
    "a list that is none": ("flags: [-mmcs51,", "flags: {-mmcs51: x} #", ":8: flags: Input should be a list"),
    "a missing key": ("program: sdcc\n", "", ":1: program: Field required"),
    "a bad pattern": ("  - sdcc\n", "  - sdcc\n  - '(?P<message>'\n", ":15: messages.1: '(?P<message>' is not"),
    "a misspelt set": ("  - sdcc\n", "  - sdc\n", ":14: messages.0: 'sdc' is neither a named set (gcc, sdcc) nor"),
    "an unknown group": (
        "  - sdcc\n", "  - '(?P<lien>.)(?P<message>.*)'\n", ":14: messages.0: unknown group 'lien'; did you mean"
    ),
    "an unknown placeholder": (
        "--model-{model}", "--model-{modle}",
        ":8: flags: '--model-{modle}' asks for an unknown {modle}; did you mean \"model\"?",
    ),
    "a stray brace": ("--model-{model}", "--model-{model", ":8: flags: expected '}' before end of string"),
    "no source": ('-c, "{source}"', "-c", ":9: object: no argument holds {source}"),
    "a list within a word": ('["{flags}",', '["x{flags}",', ":9: object: {flags} stands for several arguments"),
    "an output of no kind": ("  kind: sdas\n", "", ":9: object: give output and kind"),
    "a default that cannot be": ("default: small", "default: tiny", ":6: options.model: the default 'tiny' is not"),
    "an option of two domains": ("{range:", "{values: [a], range:", ":7: options.allocs: give either values or range"),
    "an option's name that is taken": ("  model:", "  source:", ":5: options: 'source' has a meaning of its own"),
    "nothing to run": ("object:", "objekt:", ':9: objekt: unknown key; did you mean "object"?'),
    "a version without a group": (
        "{arguments: [--version]}", "{arguments: [-v], pattern: '4'}", ":16: version.pattern: has no group"
    ),
    "a limit that is none": ("tested:", "limits: {cpu_s: 0}\ntested:", ":17: limits.cpu_s: Input should be greater"),
    "a dialect that has no place": ("tested:", "dialect: sdcc\ntested:", ":17: dialect: is sdcc, but not all"),
    "sizes of what is not kept": (
        "{reader: sdas-areas}", '{reader: sdas-areas, file: "{stem}.asm"}',
        ":15: sizes: '{stem}.asm' is not kept by object",
    ),
    "sizes of a file that cannot be": (
        "{reader: sdas-areas}", '{reader: sdas-areas, stack: "{stam}.su"}',
        ":15: sizes: '{stam}.su' asks for an unknown {stam}",
    ),
    "an output of many": ("tested:", "many_sources: true\ntested:", ":17: many_sources: is for checking only"),
    "no YAML": ("name: mine", "name: [mine", ":2: yaml: "),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_named_with_file_line_and_field(tmp_path: Path, case: str) -> None:
    """So that a user finds it."""
    before, after, said = MISTAKES[case]
    path = tmp_path / "mine.yaml"
    assert before in GOOD
    path.write_text(GOOD.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ToolchainError) as raised:
        load_toolchain(path)
    assert str(raised.value).startswith(f"{path}{said}"), str(raised.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Missing, or no UTF-8."""
    with pytest.raises(ToolchainError, match=r"nowhere\.yaml:1: file: cannot be read"):
        load_toolchain(tmp_path / "nowhere.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"name: \xe4\n")
    with pytest.raises(ToolchainError, match=r"latin\.yaml:1: file: is not UTF-8"):
        load_toolchain(tmp_path / "latin.yaml")


def test_a_users_file_is_a_toolchain(sandbox: Sandbox, tmp_path: Path) -> None:
    """With the options that it names; the file is read anew each time."""
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert load_toolchain(path).command == ("sdcc", "-mmcs51", "--model-small", "-c", "program.c")
    mine = load_toolchain(path, model="large", source="unit.c")
    assert mine.command == ("sdcc", "-mmcs51", "--model-large", "-c", "unit.c")
    assert (mine.name, mine.gate, mine.keep) == ("mine-large-5", "compile-mine", ("unit.rel",))
    compiled = compile_verdict(sandbox, mine, "int x;\n")
    assert compiled.verdict.passed, compiled.verdict
    assert compiled.verdict.tool.startswith("sdcc ") and compiled.verdict.tool.endswith(" -mmcs51 --model-large -c")
    assert compiled.sizes is not None and compiled.sizes.xram == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"modle": "large"}, "options: unknown option 'modle'; did you mean \"model\"?"),
        ({"model": "tiny"}, "options.model: cannot be 'tiny'; it is one of small, large"),
        ({"allocs": 51}, "options.allocs: cannot be '51'; it is one of 1 to 50"),
        ({"purpose": "image"}, "image: this toolchain has no such command"),
        ({"dialect": "sdcc"}, "dialect: cannot be sdcc, since the arguments have no {dialect}"),
    ],
)
def test_an_option_that_it_does_not_have_is_refused(tmp_path: Path, options: dict[str, str], said: str) -> None:
    """With what there is."""
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD, encoding="utf-8")
    with pytest.raises(ToolchainError) as raised:
        load_toolchain(path, **options)  # type: ignore[arg-type]
    assert said in str(raised.value)


def test_an_unknown_name_is_refused() -> None:
    """The nearest is named."""
    with pytest.raises(ToolchainError, match='did you mean "avr-gcc"'):
        toolchain("avr-gc")


def test_files_beside_the_description_come_along(tmp_path: Path) -> None:
    """A linker script, a header; a missing one is named."""
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD + "beside: [chip.h]\n", encoding="utf-8")
    with pytest.raises(ToolchainError, match=r"beside: chip\.h: cannot be read"):
        load_toolchain(path)
    (tmp_path / "chip.h").write_bytes(b"/* */\n")
    assert load_toolchain(path).inputs("int x;\n", {}) == {"chip.h": b"/* */\n", "program.c": b"int x;\n"}


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_description_is_as_its_file_is_called(name: str) -> None:
    """It names its licence; what it makes goes to worker processes and back."""
    text = (SHIPPED / f"{name}.yaml").read_text(encoding="utf-8")
    assert text.startswith("# SPDX-License-Identifier: Apache-2.0\n") and f"\nname: {name}\n" in text
    made = toolchain(name)
    assert pickle.loads(pickle.dumps(made)) == made
    assert made is toolchain(name)
    assert made.target in name or name in ("arm-none-eabi-gcc", "clang-msp430")


PAGE = Page.read(Path(__file__).parents[3] / "docs" / "toolchains.md")


def test_the_page_lists_what_is_shipped() -> None:
    """Each with its target and the width of int."""
    rows = [
        f"| `{name}` | `{made.program}` | {made.target} | {made.int_bits} |"
        for name in shipped()
        for made in (toolchain(name),)
    ]
    assert [row for row in rows if row not in PAGE.prose] == []


def test_the_pages_example_compiles(sandbox: Sandbox, tmp_path: Path) -> None:
    """As a user would type it in."""
    examples = [text for language, text in PAGE.blocks if language == "yaml"]
    assert examples
    for number, text in enumerate(examples):
        path = tmp_path / f"{number}.yaml"
        path.write_text(text, encoding="utf-8")
        compiled = compile_verdict(sandbox, load_toolchain(path), "int sum(int a, int b) { return a + b; }\n")
        assert compiled.verdict.passed and compiled.sizes is not None, compiled.verdict


def test_the_page_names_every_key() -> None:
    """Of the top level, as inline code."""
    assert [key for key in Description.model_fields if key not in PAGE.inline] == []
