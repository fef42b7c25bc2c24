"""How long a source becomes once its macros are expanded, from above: a macro bomb is told without setting it off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from corpus.source.lexer import Lexed, lexed
from validators.asm_text import inner

CEILING = 10**9
"""Estimates stop growing here."""
_DEEPEST = 150


@dataclass(frozen=True, slots=True)
class _Macro:
    parameters: tuple[bytes, ...] | None
    body: tuple[bytes, ...]


@dataclass(slots=True)
class _Growth:
    """Tokens that a macro yields: a constant, and how often each argument is repeated."""

    constant: int = 0
    arguments: dict[bytes, int] = field(default_factory=dict)

    def add(self, other: _Growth, times: int = 1) -> None:
        """Both, the other so many times."""
        self.constant = min(CEILING, self.constant + other.constant * times)
        for name, count in other.arguments.items():
            self.arguments[name] = min(CEILING, self.arguments.get(name, 0) + count * times)

    def widen(self, other: _Growth) -> None:
        """The larger of both, part by part."""
        self.constant = max(self.constant, other.constant)
        for name, count in other.arguments.items():
            self.arguments[name] = max(self.arguments.get(name, 0), count)


def expanded_tokens(source: Lexed) -> int:
    """About how many tokens the compiler sees after preprocessing, at most CEILING.

    The source's line splices are already removed.
    Of several definitions of a name the largest counts, so that no order of `#define` and `#undef` hides one. Macros
    that lead back to one another count as CEILING: no honest program has them, and they grow beyond any estimate.
    """
    texts = [text for _, text in source.words]
    macros: dict[bytes, list[_Macro]] = {}
    for first, last in source.lines:
        line = texts[first:last]
        if len(line) > 2 and line[1] == b"define":
            touching = source.starts[first + 2] + len(line[2]) == source.starts[first + 3] if len(line) > 3 else False
            macros.setdefault(line[2], []).append(_definition(line, touching))
    words: list[bytes] = []
    conditions = [
        (first + 2, last) for first, last in source.lines if texts[first + 1 : first + 2] in ([b"if"], [b"elif"])
    ]
    for first, last in sorted((*source.code, *conditions)):
        if "asm" not in source.kinds:
            words += texts[first:last]
            continue
        for kind, text in source.words[first:last]:
            # Macros are expanded in an asm block as well.
            words += _inside(text) if kind == "asm" else (text,)
    return _Estimate(macros).of(words, 0).constant


def _inside(asm: bytes) -> list[bytes]:
    return [text for _, text in lexed(inner(asm)).words]


def _definition(words: Sequence[bytes], touching: bool) -> _Macro:
    """The macro of a `#define`; `touching` says that what follows the name follows it at once."""
    takes_arguments = touching and words[3] == b"("
    if not takes_arguments or b")" not in words:
        return _Macro(None, tuple(words[3:]))
    close = words.index(b")")
    return _Macro(tuple(word for word in words[4:close] if word != b","), tuple(words[close + 1 :]))


class _Estimate:
    """The growth of each macro, found once."""

    def __init__(self, macros: dict[bytes, list[_Macro]]) -> None:
        self.macros = macros
        self.known: dict[tuple[bytes, int], _Growth] = {}
        self.open: list[bytes] = []
        self.bare: dict[bytes, _Growth] = {}

    def of(self, words: Sequence[bytes], depth: int, parameters: frozenset[bytes] = frozenset()) -> _Growth:
        """The growth of a token list in which `parameters` stand for themselves."""
        total = _Growth()
        if depth > _DEEPEST:
            return _Growth(CEILING)
        done = expanded = 0
        for place in [at for at, word in enumerate(words) if word in self.macros or word in parameters]:
            word = words[place]
            if place < done:
                continue  # it stood in the arguments of the one before
            if word in parameters:
                total.add(_Growth(0, {word: 1}))
                expanded += 1
            elif self.open[-1:] != [word]:  # a macro's own name in its body is not expanded again
                if word in self.open:
                    return _Growth(CEILING)
                if word in self.bare and not self.open and words[place + 1 : place + 2] != [b"("]:
                    total.constant = min(CEILING, total.constant + self.bare[word].constant)
                    expanded += 1
                    continue
                arguments, done = self._arguments(words, place + 1, word)
                sizes = [self.of(argument, depth + 1, parameters) for argument in arguments]
                total.add(self._invoke(word, sizes, depth))
                expanded += done - place
        total.add(_Growth(len(words) - expanded))
        return total

    def _invoke(self, word: bytes, sizes: Sequence[_Growth], depth: int) -> _Growth:
        """The growth of one invocation whose arguments have these sizes."""
        if not sizes and word in self.bare and not self.open:
            return self.bare[word]
        largest = _Growth()
        for number, macro in enumerate(self.macros[word]):
            growth = self._growth((word, number), macro, depth + 1)
            total = _Growth(max(1, growth.constant))
            for name, count in growth.arguments.items():
                # A variadic argument takes what is left; giving it everything is an estimate from above.
                place = macro.parameters.index(name) if macro.parameters and name in macro.parameters else -1
                for size in sizes if place < 0 else sizes[place : place + 1]:
                    total.add(size, count)
            largest.widen(total)
        if not sizes and not self.open:
            self.bare[word] = largest
        return largest

    def _growth(self, key: tuple[bytes, int], macro: _Macro, depth: int) -> _Growth:
        if key not in self.known:
            self.open.append(key[0])
            parameters = frozenset(macro.parameters or ()) | {b"__VA_ARGS__"}
            self.known[key] = self.of(macro.body, depth, parameters)
            self.open.pop()
        return self.known[key]

    def _arguments(self, words: Sequence[bytes], index: int, word: bytes) -> tuple[list[Sequence[bytes]], int]:
        """The arguments of an invocation that may begin at `index`, and where it ends."""
        if all(macro.parameters is None for macro in self.macros[word]) or words[index : index + 1] != [b"("]:
            return [], index
        depth = 0
        start = index + 1
        found: list[Sequence[bytes]] = []
        for place in range(index, len(words)):
            if words[place] == b"(":
                depth += 1
            elif words[place] == b")":
                depth -= 1
                if not depth:
                    return [*found, words[start:place]], place + 1
            elif words[place] == b"," and depth == 1:
                found.append(words[start:place])
                start = place + 1
        return [], index
