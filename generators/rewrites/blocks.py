"""Bodies of branches and loops: taken out of a file with their comments, and laid out again as this file does it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.lexer import Token, lexed
from corpus.source.unit import Unit
from generators.rewrites.flow import LOOPS
from generators.rewrites.remembered import per_unit
from generators.rewrites.rule import Refusal, Site
from generators.rewrites.style import Style
from generators.rewrites.timing import keeps_time
from generators.rewrites.truth import condition_of, is_torn

_CONTROL = (*LOOPS, "if_statement", "else_clause", "switch_statement")


@dataclass(frozen=True, slots=True)
class Body:
    """The statements of a branch or loop at the left margin, without braces, their comments with them.

    `braced` and `inline` (on the line of its head) tell how it stood; `node` is the statement.
    """

    text: bytes
    braced: bool
    inline: bool
    node: Node

    @property
    def statements(self) -> list[Node]:
        """The statements that it holds."""
        if self.node.type == "compound_statement":
            return [child for child in self.node.named_children if child.type != "comment"]
        return [] if self.node.child_count == 1 else [self.node]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file lays out its statements: the step of its indentation and where braces, `else` and blanks stand.

    `braces_all`: even a single statement has braces. `brace_step` is how far braces of their own stand in (GNU).
    """

    step: bytes
    own_line: bool
    else_own_line: bool
    blank: bytes
    case_step: bytes
    newline: bytes
    braces_all: bool
    brace_step: bytes = b""

    @classmethod
    def of(cls, unit: Unit, style: Style) -> Layout:
        """What most places of the file do; what it never does as `style` would."""
        most = _habits(unit)
        step = most.get("step") or style.indent.encode()
        brace = most.get("brace") or (b"own" if style.braces == "own-line" else b"attached")
        return cls(
            step,
            brace == b"own",
            most.get("else", brace) == b"own",
            most.get("blank", b" "),
            step if most.get("case", b"level") == b"in" else b"",
            unit.newline,
            most.get("single", b"bare") == b"braced",
            most.get("brace-step", b""),
        )

    def at(self, unit: Unit, node: Node) -> Layout:
        """The layout of this very branch or loop, where it differs from the rest of the file."""
        keyword = re.match(rb"(?:if|while|for|switch)(\s?)\(", unit.src[node.start_byte : node.end_byte])
        body = node.child_by_field_name("consequence") or node.child_by_field_name("body")
        own_line, brace_step = self.own_line, self.brace_step
        if body is not None and body.type == "compound_statement":
            own_line = _begins_line(unit, body)
            here, outer = unit.indent(body.start_byte), unit.indent(node.start_byte)
            brace_step = here[len(outer) :] if own_line and here.startswith(outer) else b""
        return replace(self, blank=keyword[1] if keyword else self.blank, own_line=own_line, brace_step=brace_step)

    def head(self, keyword: bytes, condition: bytes) -> bytes:
        """`while (condition)`."""
        return keyword + self.blank + b"(" + condition + b")"

    def block(self, head: bytes, text: bytes, indent: bytes) -> bytes:
        """The head with the text in braces after it; the first line has no indentation, the others `indent`."""
        indent += self.brace_step if self.own_line else b""
        opening = self.newline + indent + b"{" if self.own_line else b" {"
        body = self.newline + self.indented(text, indent + self.step) if text else b""
        return head + opening + body + self.newline + indent + b"}"

    def under(self, head: bytes, body: Body, indent: bytes) -> bytes:
        """The head with the body after it, braced or not as it stood."""
        if body.braced:
            return self.block(head, body.text, indent)
        if body.inline and b"\n" not in body.text:
            return head + b" " + body.text
        return head + self.newline + self.indented(body.text, indent + self.step)

    def otherwise(self, above: bytes, body: Body, indent: bytes, closed: bool) -> bytes:
        """`above`, which ends with a brace where `closed`, with an else and its body."""
        joint = b" " if closed and not self.else_own_line else self.newline + indent
        return above + joint + self.under(b"else", body, indent)

    def indented(self, text: bytes, indent: bytes) -> bytes:
        """The lines further in."""
        return self.newline.join(indent + line if line else line for line in text.split(b"\n"))

    def lines(self, *texts: bytes, indent: bytes = b"") -> bytes:
        """Texts under one another, the first without indentation."""
        return self.indented(b"\n".join(text for text in texts if text), indent)[len(indent) :]


@per_unit
def _habits(unit: Unit) -> dict[str, bytes]:
    """What most places of the file do, of what some do at all."""
    votes: Counter[tuple[str, bytes]] = Counter()
    for node in unit.walk("compound_statement"):
        parent = node.parent
        first = next(iter(node.named_children), None)
        here = unit.indent(node.start_byte)
        if first is not None and unit.line(first.start_byte) > unit.line(node.start_byte):
            within = unit.indent(first.start_byte)
            if within.startswith(here) and within != here and first.type != "case_statement":
                votes["step", within[len(here) :]] += 1
            elif first.type == "case_statement":
                votes["case", b"in" if within != here else b"level"] += 1
        if parent is None or parent.type not in _CONTROL:
            continue
        votes["brace", b"own" if _begins_line(unit, node) else b"attached"] += 1
        outer = unit.indent(parent.start_byte)
        if _begins_line(unit, node) and here.startswith(outer):
            votes["brace-step", here[len(outer) :]] += 1
        after = node.next_sibling
        if after is not None and after.type == "else_clause":
            votes["else", b"own" if _begins_line(unit, after) else b"attached"] += 1
    for node in unit.walk("if_statement"):
        body = node.child_by_field_name("consequence")
        if body is not None and (body.type != "compound_statement" or body.named_child_count == 1):
            votes["single", b"braced" if body.type == "compound_statement" else b"bare"] += 1
    for keyword in re.finditer(rb"\b(?:if|while|for|switch)(\s?)\(", unit.masked.text):
        votes["blank", keyword[1]] += 1
    most: dict[str, tuple[int, bytes]] = {}
    for (kind, value), count in votes.items():
        most[kind] = max(most.get(kind, (0, b"")), (count, value))
    return {kind: value for kind, (_, value) in most.items()}


@dataclass(frozen=True, slots=True)
class Code:
    """The tokens that are no blanks, comments among them, and the index of each by where it begins."""

    tokens: tuple[Token, ...]
    places: dict[int, int]


@per_unit
def code(unit: Unit) -> Code:
    """The tokens that are no blanks."""
    tokens = tuple(token for token in unit.tokens if token.kind not in ("space", "newline"))
    return Code(tokens, {token.start: index for index, token in enumerate(tokens)})


def _begins_line(unit: Unit, node: Node) -> bool:
    return not unit.src[unit.line_start(node.start_byte) : node.start_byte].strip()


@per_unit
def tail(unit: Unit, node: Node) -> int:
    """Where a statement ends together with a comment behind it on its last line; a brace takes none."""
    end = unit.end(node)
    if unit.src[end - 1 : end] == b"}":
        return end
    for comment in unit.comments(end, unit.line_end(end)):
        if unit.src[end : comment.start].strip() or unit.src[comment.end : unit.line_end(comment.end)].strip():
            return end
        return comment.end if unit.line(comment.end) == unit.line(end) else end
    return end


@per_unit
def lead(unit: Unit, node: Node) -> int:
    """Where a statement begins together with the comment lines right above it."""
    start = node.start_byte
    before = node.prev_sibling
    while before is not None and before.type == "comment" and _begins_line(unit, before):
        if unit.line(start) - unit.line(before.end_byte) > 1:
            break
        start, before = before.start_byte, before.prev_sibling
    return start


def lifted(unit: Unit, start: int, end: int) -> bytes:
    """The text from `start` to `end` at the left margin; what stands further in keeps its distance."""
    base = unit.indent(start)
    first, *rest = unit.src[start:end].replace(b"\r\n", b"\n").split(b"\n")
    moved = [line[len(base) :] if line.startswith(base) else line.lstrip(b" \t") for line in rest]
    return b"\n".join([first.strip(), *(line.rstrip() for line in moved)])


@per_unit
def body_of(unit: Unit, statement: Node, after: int) -> Body:
    """The body whose head ends at `after`, with the comments between head and body where it has no braces."""
    if statement.type == "compound_statement":
        return Body(_within_braces(unit, statement), True, False, statement)
    start = after + len(unit.src[after:]) - len(unit.src[after:].lstrip())
    if unit.src[start : start + 1] == b"/" and unit.line(after) == unit.line(start):
        start = statement.start_byte  # a comment beside the head speaks of the head
    inline = unit.line(after) == unit.line(statement.start_byte)
    return Body(lifted(unit, start, tail(unit, statement)), False, inline, statement)


def _within_braces(unit: Unit, block: Node) -> bytes:
    start, end = block.start_byte + 1, unit.end(block) - 1
    children = block.named_children
    if unit.line(start) == unit.line(end):
        if any(child.type == "comment" for child in children):
            return unit.src[start:end].strip()
        return b"\n".join(unit.text(child) for child in children)
    stop = unit.line_end(start)
    beside = unit.src[start:stop].strip()
    first = re.compile(rb"[ \t]*\S").search(unit.src, min(stop + 1, end), end)
    inside = lifted(unit, first.end() - 1, end).rstrip() if first is not None else b""
    return b"\n".join(part for part in (beside, inside) if part)


def arms(unit: Unit, statement: Node) -> tuple[Body, Body | None] | None:
    """The bodies of an if: what is done, and what else; None where it has no plain form."""
    condition, first = statement.child_by_field_name("condition"), statement.child_by_field_name("consequence")
    other = statement.child_by_field_name("alternative")
    if condition is None or first is None:
        return None
    then = body_of(unit, first, unit.end(condition))
    if other is None:
        return then, None
    second = next((child for child in other.named_children if child.type != "comment"), None)
    if second is None:
        return None
    return then, body_of(unit, second, other.start_byte + len(b"else"))


def rebuilt(
    unit: Unit,
    start: int,
    end: int,
    text: bytes,
    ask: tuple[str, str] | None = None,
    way: str = "",
    *,
    same_code: bool = False,
) -> Site | Refusal:
    """The site that puts `text` in place of `start..end`, if no comment is lost and nothing opaque lies there.

    In a function whose cycles count, only what gives the `same_code` with every compiler is done.
    """
    if unit.in_opaque(start, end):
        return Refusal(start, "opaque")
    around = unit.at(start, end)
    if not same_code and around is not None and keeps_time(unit, around):
        return Refusal(start, "timing-function")
    before = unit.src[unit.line_start(start) : start].strip()
    if b"\n" in text and not text[:1].isspace() and before not in (b"", b"else", b"} else"):
        return Refusal(start, "shares-its-line")
    if not _is_even(unit, start, end):
        return Refusal(start, "uneven-indentation")
    if b"//" in text.rpartition(b"\n")[2] and unit.src[end : unit.line_end(end)].strip():
        return Refusal(start, "line-comment-before-code")
    if _comments(text) != _comments(unit.src[start:end]):
        return Refusal(start, "comment-in-the-way")
    return Site((Edit(start, end, text),), ask=ask, way=way)


def _is_even(unit: Unit, start: int, end: int) -> bool:
    """Whether the lines are indented in one way: of two below one another, one begins with the other's blanks."""
    above = unit.indent(start)
    for line in unit.src[unit.line_start(start) : end].split(b"\n"):
        if line.strip():
            here = line[: len(line) - len(line.lstrip(b" \t"))]
            if not here.startswith(above) and not above.startswith(here):
                return False
            above = here
    return True


def _comments(text: bytes) -> list[bytes]:
    if b"//" not in text and b"/*" not in text:
        return []
    return sorted(text[token.start : token.end] for token in lexed(text).of("comment"))


@per_unit
def plain_ifs(unit: Unit) -> tuple[tuple[Node, Node, Body, Body | None], ...]:
    """(if, condition, then, else) of the ifs whose condition is what it looks like."""
    return tuple(_plain_ifs(unit))


def _plain_ifs(unit: Unit) -> Iterator[tuple[Node, Node, Body, Body | None]]:
    for node in unit.walk("if_statement"):
        condition, found = condition_of(node), arms(unit, node)
        if condition is None or found is None or unit.in_opaque(condition.start_byte, condition.end_byte):
            continue
        if not unit.comments(condition.start_byte, condition.end_byte) and not is_torn(unit, condition):
            yield node, condition, *found


def rest_of(node: Node) -> list[Node]:
    """The statements behind this one in its block."""
    found = []
    after = node.next_named_sibling
    while after is not None:
        if after.type != "comment":
            found.append(after)
        after = after.next_named_sibling
    return found
