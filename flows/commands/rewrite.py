"""`firmseed rewrite`: variants of any C file, each step certified as far as it can be without a harness."""

from __future__ import annotations

import random
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.syntax import Syntax

from corpus.records import Step
from corpus.source.edits import diff
from corpus.source.tokens import interface, token_stream
from corpus.source.unit import Unit
from corpus.yamlfile import did_you_mean
from flows.exits import BAD_INPUT, ERRORS, FOUND_TROUBLE, said_plainly
from generators.rewrites.apply import order, propose
from generators.rewrites.catalogue import RULES
from generators.rewrites.opposites import undoes
from generators.rewrites.rule import Context, Refusal, Rule
from generators.rewrites.style import STYLES
from validators.objects import same_code
from validators.sandbox.runner import Sandbox
from validators.screen import screen
from validators.toolchains.compile import compile_verdict
from validators.toolchains.sdcc import sdcc_mcs51

EXAMPLES = """[bold]Examples[/]

  firmseed rewrite uart.c                            three variants as diffs

  firmseed rewrite uart.c --seed 7 --steps 5 -o v.c  one variant, written to v.c

  firmseed rewrite uart.c --rules invert-if,step-form --no-prove
"""


@dataclass(frozen=True, slots=True)
class Variant:
    """What a chain made: the text and its steps, each with the grade it was certified by (empty without proof)."""

    source: bytes
    steps: tuple[Step, ...]


def command(
    file: Annotated[Path, typer.Argument(help="C file, in sdcc, Keil or plain C.")],
    seed: Annotated[int, typer.Option(help="Random seed of the first variant.")] = 1,
    steps: Annotated[int, typer.Option(min=1, help="Rewrites in a chain, at most.")] = 4,
    count: Annotated[int, typer.Option(min=1, help="Variants to show.")] = 3,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Write one variant here instead of showing diffs.")
    ] = None,
    rules: Annotated[str, typer.Option(help="Only these rules, separated by commas.")] = "",
    no_prove: Annotated[
        bool, typer.Option("--no-prove", help="Keep steps on the rules' word alone, without compiling.")
    ] = False,
) -> None:
    """Show variants of a C file that behave the same.

    Without a harness a step is certified by an equal token stream or by the same object code from sdcc; a step that
    is neither is dropped, unless --no-prove. Exit codes: 0 a variant was made, 1 none could be, 2 bad input.
    """
    with said_plainly():
        chosen = _rules(rules)
        try:
            source = file.read_bytes()
        except OSError as error:
            raise typer.BadParameter(f"{file}: {error.strerror}") from None
        unit = Unit.parse(source)
        if unit.error is not None:
            line = unit.line(unit.error.start)
            ERRORS.print(
                f"[yellow]{file}:{line}: does not parse here; nothing is changed around it[/]", highlight=False
            )
        if no_prove:
            variants = [
                _chain(source, chosen, number, steps, None) for number in range(seed, seed + (1 if out else count))
            ]
        else:
            with Sandbox() as sandbox:
                prover = _Prover(sandbox, source, str(file))
                variants = [
                    _chain(source, chosen, number, steps, prover)
                    for number in range(seed, seed + (1 if out else count))
                ]
        made = [variant for variant in variants if variant.steps]
        if out is not None:
            out.write_bytes(variants[0].source)
        else:
            _show(made, source, file.name)
        if not made:
            ERRORS.print("no rewrite applies and proves here; try another --seed, or --no-prove", highlight=False)
            raise typer.Exit(FOUND_TROUBLE)


class _Prover:
    """Certifies one step by tokens or by object code; remembers the last object."""

    def __init__(self, sandbox: Sandbox, source: bytes, name: str) -> None:
        self._sandbox = sandbox
        self._objects: dict[bytes, str] = {}
        verdict = screen(source.decode("utf-8", "replace"))
        if verdict.passed:
            compiled = compile_verdict(sandbox, sdcc_mcs51("large"), source.decode("utf-8", "replace"))
            self._objects[source] = compiled.object
            verdict = compiled.verdict
        if not verdict.passed:
            ERRORS.print(
                f"firmseed: {name} cannot be compiled here ({verdict.reason}: {verdict.evidence}), so only layout and "
                "comments can be proved; --no-prove shows the other rewrites",
                highlight=False,
                soft_wrap=True,
            )

    def grade(self, before: bytes, after: bytes) -> str:
        """`same-tokens`, `identical-object`, or nothing."""
        if token_stream(before) == token_stream(after):
            self._objects[after] = self._objects.get(before, "")
            return "same-tokens"
        if not self._objects.get(before) or interface(Unit.parse(before)) != interface(Unit.parse(after)):
            return ""
        compiled = compile_verdict(self._sandbox, sdcc_mcs51("large"), after.decode("utf-8", "replace"))
        self._objects[after] = compiled.object
        return "identical-object" if same_code(self._objects[before], compiled.object) else ""


def _chain(source: bytes, rules: tuple[Rule, ...], seed: int, steps: int, prover: _Prover | None) -> Variant:
    rng = random.Random(f"rewrite/{seed}")
    context = Context(rng.choice(STYLES), rng)
    tip, taken = source, list[Step]()
    for rule in order(rules, rng):
        if len(taken) == steps:
            break
        if undoes(rule.name, (step.name for step in taken)):
            continue
        proposal = propose(rule, Unit.parse(tip), context)
        if isinstance(proposal, Refusal):
            continue
        grade = prover.grade(tip, proposal.source) if prover else ""
        if prover is None or grade:
            taken.append(Step("rewrite", rule.name, rule.family, proposal.step.params, grade))
            tip = proposal.source
    return Variant(tip, tuple(taken))


def _rules(names: str) -> tuple[Rule, ...]:
    if not names:
        return RULES
    by_name = {rule.name: rule for rule in RULES}
    chosen = []
    for name in (part.strip() for part in names.split(",")):
        if name not in by_name:
            ERRORS.print(f"firmseed: unknown rule {name!r}{did_you_mean(name, by_name)}", highlight=False)
            raise typer.Exit(BAD_INPUT)
        chosen.append(by_name[name])
    return tuple(chosen)


def _show(variants: list[Variant], source: bytes, name: str) -> None:
    console = Console()
    for variant in variants:
        words = ", ".join(step.name + (f" ({step.grade})" if step.grade else "") for step in variant.steps)
        text = diff(source, variant.source, name)
        if console.is_terminal:
            console.rule(words)
            console.print(Syntax(text, "diff", background_color="default"))
        else:
            sys.stdout.write(f"# {words}\n{text}\n")
