"""Many programs at once: as one process where the compiler can, with the same verdicts as one by one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from corpus.records import Diagnostic, Outcome, Verdict
from corpus.source.lexer import lexed
from validators.sandbox.runner import Finished, ProgramNotFound, Sandbox, WorkerDied
from validators.toolchains.compile import Compiled, compile_verdict
from validators.toolchains.diagnostics import MOST, lines_of, read_output
from validators.toolchains.dialect import SHIM
from validators.toolchains.toolchain import MissingTool, Toolchain
from validators.toolchains.versions import command_of, tool_of

AT_ONCE = 64
"""Sources in one process: at 1.3 ms each the start (30 ms) is then a third of the cost, and what must be redone after a
crash stays small."""

# What tells a file in a batch from the same file alone, or reaches the next one: clang keeps the state of diagnostics
# over all files of a process, the name of the file is another, and a message with a line end could be anybody's.
_TELLING = re.compile(
    rb"_Pragma|__pragma|__FILE|__BASE_FILE|__has_|__attribute|\[\[|##|%:|\?\?|" + re.escape(SHIM.encode())
)
_SPLICE = re.compile(rb"\\[ \t]*\r?\n")
_PLAIN_HEADER = re.compile(rb"<[\w.+-]+>|\"[\w.+-]+\"")
_HARMLESS = frozenset(
    (b"define", b"undef", b"include", b"if", b"ifdef", b"ifndef", b"elif", b"else", b"endif", b"error", b"warning")
)


def compile_all(sandbox: Sandbox, toolchain: Toolchain, sources: Sequence[str]) -> list[Compiled]:
    """Each program compiled as `compile_verdict` does, in order; the CPU time of a process is shared evenly.

    A toolchain with `many_sources` (clang -cc1) gets many in one process, and only a result that does not hang on the
    files before it counts: after an error clang leaves out warnings in the following files, after a fatal one all
    messages. So a program with an error is compiled again alone, and the rest again without it. Raises MissingTool.
    """
    if not toolchain.many_sources:
        return [compile_verdict(sandbox, toolchain, source) for source in sources]
    found: dict[int, Compiled] = {}
    together = [index for index, source in enumerate(sources) if _keeps_to_itself(source)]
    for first in range(0, len(together), AT_ONCE):
        _check(sandbox, toolchain, sources, together[first : first + AT_ONCE], found)
    return [
        found[index] if index in found else compile_verdict(sandbox, toolchain, source)
        for index, source in enumerate(sources)
    ]


def _check(
    sandbox: Sandbox, toolchain: Toolchain, sources: Sequence[str], indices: Sequence[int], found: dict[int, Compiled]
) -> None:
    """Fill in what one process can say of these sources; the others are left for compiling alone."""
    while len(indices) > 1:
        results = _run(sandbox, toolchain, [sources[index] for index in indices])
        if results is None:
            half = len(indices) // 2
            _check(sandbox, toolchain, sources, indices[:half], found)
            _check(sandbox, toolchain, sources, indices[half:], found)
            return
        good = [index for index, one in zip(indices, results, strict=True) if one.verdict.passed]
        if len(good) == len(indices):
            found.update(zip(indices, results, strict=True))
            return
        indices = good


def _run(sandbox: Sandbox, toolchain: Toolchain, sources: Sequence[str]) -> list[Compiled] | None:
    """One process; None where it says nothing of them all: it died, met a limit, or a message is of no file of ours."""
    names = [f"{number}/{toolchain.source}" for number in range(len(sources))]
    inputs: dict[str, bytes] = {}
    for name, source in zip(names, sources, strict=True):
        made = dict(toolchain.inputs(source, {}))
        inputs[name] = made.pop(toolchain.source)
        inputs |= made
    command = command_of(sandbox, toolchain)
    tool = tool_of(sandbox, toolchain)
    place = command.index(toolchain.source)
    try:
        done = sandbox.run((*command[:place], *names, *command[place + 1 :]), files=inputs, limits=toolchain.limits)
    except ProgramNotFound as error:
        raise MissingTool(toolchain.program, toolchain.remedy) from error
    except WorkerDied:
        return None
    if done.outcome != "exited" or done.rc not in (0, 1):
        return None
    said = _by_source(done, names, toolchain)
    if said is None or (done.rc and not any(d.severity == "error" for some in said for d in some)):
        return None
    cpu_s = done.cpu_s / len(names)
    return [Compiled(_verdict(toolchain, tool, some), None, "", {}, cpu_s) for some in said]


def _verdict(toolchain: Toolchain, tool: str, messages: Sequence[Diagnostic]) -> Verdict:
    """A pass, or that there is an error; the words for the error come from compiling it alone."""
    wrong = any(d.severity == "error" for d in messages)
    outcome: Outcome = "failed" if wrong else "passed"
    return Verdict(toolchain.gate, outcome, "", toolchain.name, tuple(messages[:MOST]), tool)


def _by_source(done: Finished, names: Sequence[str], toolchain: Toolchain) -> list[list[Diagnostic]] | None:
    """The messages of each source; None when a line cannot be attributed."""
    number_of: Mapping[str, int] = {name: number for number, name in enumerate(names)}
    mentioned = re.compile(rf"(?:In file included from )?(\d+/{re.escape(toolchain.source)}):\d+:")
    found: list[list[Diagnostic]] = [[] for _ in names]
    current = -1
    for line in lines_of(done.stderr + done.stdout):
        if match := mentioned.match(line):
            current = number_of[match[1]]
        said = read_output(line.encode(), toolchain.messages)
        if said.ignored:
            return None  # compiled alone, it is told what the tool lacks
        for message in said.messages:
            if current < 0:
                return None
            file = toolchain.source if message.file == names[current] else message.file
            found[current].append(replace(message, file=file))
    return found


def _keeps_to_itself(source: str) -> bool:
    """Whether a source means the same in a batch as alone, and leaves the next one as it is.

    A line marker could give its messages to another file, a path in an include could lead to one.
    """
    text = _SPLICE.sub(b"", source.encode(errors="surrogatepass"))
    if _TELLING.search(text):
        return False
    cut = lexed(text)
    for first, last in cut.lines:
        word, *rest = [text for _, text in cut.words[first + 1 : last]] or [b"define"]
        if word not in _HARMLESS or (word == b"include" and not _PLAIN_HEADER.fullmatch(b"".join(rest))):
            return False
    return "asm" not in cut.kinds or not any(kind == "asm" and text.startswith(b"#") for kind, text in cut.words)
