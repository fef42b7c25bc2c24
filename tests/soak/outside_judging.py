"""Everything about one file: every rule on it, some chains, what compilers say of them; as one plain record."""

from __future__ import annotations

import resource
from collections.abc import Callable
from pathlib import Path

from corpus.source.edits import diff
from corpus.source.unit import Unit
from tests.soak.outside_builds import Builder, Code, regression_functions
from tests.soak.outside_chains import Chain, Defect, chain, each_rule, error_bytes
from tests.soak.outside_files import Source

Record = dict[str, object]


def judged(source: Source, chains: int, builder: Builder | None, kept: Path, *, single: bool = True) -> Record:
    """What the soak found in one file. Texts before and after a defect, or a difference, are kept below `kept`."""
    text = source.text
    unit = Unit.parse(text)
    held = frozenset(regression_functions(text)) if source.group.runs else frozenset[str]()
    alone = each_rule(text, source.name, held) if single else []
    made = [chain(text, source.name, number, held) for number in range(chains)]
    record: Record = {
        "file": source.name,
        "digest": source.digest,
        "dialect": source.group.dialect,
        "functions": len(unit.functions()),
        "bytes": len(text),
        "error_bytes": error_bytes(unit),
        "single": [rule for one in alone for rule in one.steps],
        "chains": [{"style": one.style, "steps": one.steps} for one in made],
        "slowest": max((one.slowest for one in (*alone, *made)), default=(0.0, "")),
        "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
    }
    found = [(one, defect) for one in (*alone, *made) for defect in one.defects]
    builds: list[Record] = []
    if builder is not None and source.command:
        before = builder.code(source, text)
        record["compiles"] = before.there
        if before.there:
            ran = builder.output(source, text) if source.group.runs else ""
            judgeable = ran if "rc 0 exited" in ran else ""
            for number, one in enumerate(made):
                built, defects = _built(source, builder, before, judgeable, one)
                builds.append({"chain": number, **built})
                found += [(one, defect) for defect in defects]
                if built["code"] == "different":
                    _keep(kept / "different", source, f"chain{number}", text, one.texts[-1], "\n".join(one.steps))
    record["builds"] = builds
    record["defects"] = [[defect.kind, defect.rule, defect.detail] for _, defect in found]
    for number, (one, defect) in enumerate(found):
        _keep(kept / "defects", source, f"{defect.kind}-{defect.rule}-{number}", text, one.texts[-1], repr(defect))
    return record


def _built(source: Source, builder: Builder, before: Code, ran: str, one: Chain) -> tuple[Record, list[Defect]]:
    """How the end of a chain compiles and runs; what is wrong is laid at the first step that shows it."""
    after = builder.code(source, one.texts[-1], one.renames)
    if not after.there:
        rule = _first(one, lambda text: not builder.code(source, text).there)
        return {"code": "broken"}, [Defect("compile", rule, after.complaint)]
    differing = differing_functions(before, after)
    built: Record = {
        "code": "different" if differing else "identical",
        "functions": len(before.functions) - 1,
        "differing": len(differing),
        "names": differing[:6],
    }
    if not ran:
        return built, []
    now = builder.output(source, one.texts[-1], one.aliases)
    built["ran"] = "alike" if now == ran else "otherwise"
    if now == ran:
        return built, []
    rule = _first(one, lambda text: builder.output(source, text, one.aliases) not in (ran, ""))
    return built, [Defect("run", rule, f"{ran!r} -> {now!r}")]


def differing_functions(before: Code, after: Code) -> list[str]:
    """The functions of the original whose code changed; those that are gone, or new, were moved into or out of."""
    return [
        name for name, body in before.functions.items() if name in after.functions and after.functions[name] != body
    ]


def _first(one: Chain, bad: Callable[[bytes], bool]) -> str:
    """The first rule whose text is bad; all of them where none is alone."""
    steps = zip(one.steps, one.texts[1:], strict=True)
    return next((rule for rule, text in steps if bad(text)), ", ".join(one.steps))


def _keep(folder: Path, source: Source, name: str, before: bytes, after: bytes, words: str) -> None:
    here = folder / f"{source.name.replace('/', '__')}--{name}"
    here.mkdir(parents=True, exist_ok=True)
    (here / "before.c").write_bytes(before)
    (here / "after.c").write_bytes(after)
    (here / "why.txt").write_text(f"{words}\n\n{diff(before, after, source.path.name)}", encoding="utf-8")
