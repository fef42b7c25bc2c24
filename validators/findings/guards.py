"""Whether interrupts may be off at a place: switched off before it, not yet switched on, or locked out by a construct.

A structured walk, no proof: it goes up from the place and looks at what was done before it in each block. Where a
branch may have switched them off, they count as off, so that checks stay silent. A source's own enable bit (`ES`) and a
stopped timer (`TR0 = 0`) count like the global one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from tree_sitter import Node

from corpus.source.lexer import Token, lex, significant
from validators.findings.firmware import Firmware

Switch = Literal["off", "on"]
State = Literal["off", "on", "starting"]

_OFF_CALLS = frozenset(
    b"cli noInterrupts __disable_irq __disable_interrupt __disable_interrupts disableInterrupts disable_interrupts sim "
    b"NVIC_DisableIRQ HAL_NVIC_DisableIRQ __disable_fault_irq portENTER_CRITICAL taskENTER_CRITICAL".split()
)
_ON_CALLS = frozenset(
    b"sei interrupts __enable_irq __enable_interrupt __enable_interrupts enableInterrupts enable_interrupts rim "
    b"NVIC_EnableIRQ HAL_NVIC_EnableIRQ __set_PRIMASK __set_BASEPRI portEXIT_CRITICAL taskEXIT_CRITICAL".split()
)
# Names that nobody would give to anything else, where the function itself is not in this unit.
_SOURCE = rb"(?:^|_)(?:irqs?|ints?|interrupts?)_?"
_OFF_NAME = re.compile(rb"(?i)(?:enter|begin|start)_?(?:critical|atomic)|" + _SOURCE + rb"(?:lock|save|disable|off)$")
_ON_NAME = re.compile(rb"(?i)(?:exit|leave|end)_?(?:critical|atomic)|" + _SOURCE + rb"(?:unlock|restore|enable|on)$")
_MASK_BITS = re.compile(rb"(?:IE_)?(?:EA|EX[0-3]|ET[0-2]|ES[0-4]?|EADC|ELVD|EC)|TR[0-2]|GIE")
_MASK_REGISTERS = re.compile(
    rb"IE\d?|IEN\d|E?IE\d|TIMSK\d?|UCSR\d?B|EIMSK|GIMSK|GICR|PCICR|PCMSK\d|ADCSRA|SPCR|TWCR|ACSR|SREG|TCCR\d[AB]?|"
    rb"\w+_IER|IER|DIER|CR1|CR2|USART\d_CR1|UART\d_CR2|SPI_ICR|TIM\d_CR1|TIM\d_DIER|IMR|ITR|\w+_ITR"
)
_ASM_OFF = re.compile(rb"\b(?:sim|cli|cpsid)\b|\bclr\s+_?(?:ea|EA)\b")
_ASM_ON = re.compile(rb"\b(?:rim|sei|cpsie)\b|\bsetb\s+_?(?:ea|EA)\b")
_ZERO = re.compile(rb"0[xX]?0*[uUlL]*|false|RESET|DISABLE")
_SETS_UP = re.compile(rb"(?i)(?:^|_)(?:\w*init\w*|set_?up|config\w*)(?:_|$)")
_SET_UP_REGISTERS = re.compile(
    rb"TMOD|T2MOD|T2CON|SCON|RCAP2[HL]|T[HL]\d|IT[01]|IP|TCCR\w+|OCR\w+|UBRR\w+|ADMUX|\w+_(?:PSCR|ARR[HL]?|PSC|ARR|BRR\d?)"
)
_ATOMIC = (b"ATOMIC_BLOCK", b"CRITICAL_SECTION", b"ATOMIC")
_LOOPS = ("while_statement", "for_statement", "do_statement")
_JUMPS = ("return_statement", "break_statement", "continue_statement", "goto_statement")


class Guards:
    """The answers for one unit."""

    def __init__(self, firmware: Firmware) -> None:
        self.firmware = firmware
        self.unit = firmware.unit
        self._summaries: dict[bytes, Switch | None] = {}
        self._entries: dict[bytes, State] = {}

    def may_be_off(self, node: Node) -> bool:
        """Whether interrupts may be off, or not yet on, when `node` is evaluated."""
        return self.state(node) != "on"

    def state(self, node: Node) -> State:
        """What interrupts may be when `node` is evaluated: `off` (switched off, or locked out by a construct),
        `starting` (not yet switched on), else `on`."""
        current = node
        for parent in self.firmware.ancestors(node):
            if self._locks(parent):
                return "off"
            if parent.type == "function_definition":
                if self.unit.enclosing_function(parent) is None:
                    return self._at_entry(self.unit.function_name(parent), node)
            elif parent.type in ("compound_statement", "case_statement", "labeled_statement"):
                switch = self._before(current)
                if switch is not None:
                    prepares = switch == "off" and _SETS_UP.search(self.firmware.function_of(node))
                    return "starting" if prepares else switch
                if self._after(current) == "on" and not self._in_loop(current) and self._sets_up(node):
                    return "starting"
            current = parent
        return "on"

    def _sets_up(self, node: Node) -> bool:
        """Whether the function around a node is main, or prepares hardware, by its name or by what it writes."""
        function = self.firmware.function_of(node)
        if function == b"main" or _SETS_UP.search(function):
            return True
        written: frozenset[bytes] = frozenset()
        for definition in self.firmware.functions[function]:
            found = self.firmware.symbols.effects(definition)
            written |= found.writes | found.unknown
        enables = {name for name in written if _MASK_BITS.fullmatch(name)}
        return len(enables) > 1 or any(_SET_UP_REGISTERS.fullmatch(name) for name in written)

    def _locks(self, node: Node) -> bool:
        """`__critical { }`, `ATOMIC_BLOCK(x) { }`."""
        if node.type == "labeled_statement":
            return any(s.kind == "critical" and s.start == node.start_byte for s in self.unit.spans)
        if node.type not in ("function_definition", "compound_statement"):
            return False
        if node.type == "function_definition":
            body = node.child_by_field_name("body")
            head = self.unit.src[node.start_byte : body.start_byte if body is not None else node.end_byte]
            return b"__critical" in head or head.lstrip().startswith(_ATOMIC)
        before = node.prev_named_sibling
        return before is not None and self.unit.text(before).lstrip().startswith(_ATOMIC)

    def _before(self, node: Node) -> Switch | None:
        sibling = node.prev_named_sibling
        while sibling is not None:
            switch = self.switch(sibling)
            if switch is not None:
                return switch
            sibling = sibling.prev_named_sibling
        return None

    def _after(self, node: Node) -> Switch | None:
        sibling = node.next_named_sibling
        while sibling is not None:
            switch = self.switch(sibling, first=True)
            if switch is not None:
                return switch
            sibling = sibling.next_named_sibling
        return None

    def _in_loop(self, node: Node) -> bool:
        return any(parent.type in _LOOPS for parent in self.firmware.ancestors(node))

    def _at_entry(self, function: bytes, at: Node) -> State:
        if function == b"main":
            # Off after reset; but in its loop somebody must have switched them on.
            return "on" if self._in_loop(at) else "starting"
        if _SETS_UP.search(function):
            return "starting"
        return self.called_while(function)

    def called_while(self, function: bytes) -> State:
        """What interrupts may be at the calls of a function outside them: `on` unless all calls agree."""
        if function not in self._entries:
            self._entries[function] = "on"  # recursion
            states = {self._at_call(place) for place in self._call_sites(function)}
            if states and "on" not in states:
                self._entries[function] = "starting" if states == {"starting"} else "off"
        return self._entries[function]

    def _at_call(self, place: Node) -> State:
        return self.state(place) if self.firmware.function_of(place) in self.firmware.outside else "on"

    def _call_sites(self, function: bytes) -> Iterator[Node]:
        for caller, called in self.firmware.calls.items():
            if function not in called or caller not in self.firmware.outside:
                continue
            for definition in self.firmware.functions[caller]:
                for node in self.unit.walk("call_expression", under=definition):
                    name = node.child_by_field_name("function")
                    if name is not None and self.unit.text(name) == function:
                        yield node

    # What a statement does

    def switch(self, node: Node, first: bool = False) -> Switch | None:
        """How a statement leaves the interrupts; None where it leaves them as they were. `first` asks for the first
        thing that it does instead of the last."""
        kind = node.type
        if kind in ("expression_statement", "declaration", "return_statement"):
            found = list(self._events(self.unit.src[node.start_byte : self.unit.end(node)], 0))
            return (found[0] if first else found[-1]) if found else None
        if kind == "compound_statement":
            children = node.named_children if first else reversed(node.named_children)
            return next((s for child in children if (s := self.switch(child, first)) is not None), None)
        if kind in ("if_statement", "switch_statement", *_LOOPS, "case_statement", "else_clause"):
            done = {self.switch(branch, first) for branch in self._branches(node)}
            return "off" if "off" in done else "on" if "on" in done else None
        return None

    def _branches(self, node: Node) -> Iterator[Node]:
        """What may run within a statement and go on behind it."""
        for child in node.named_children:
            if child.type in _JUMPS or child.type == "comment":
                continue
            last = next((c for c in reversed(child.named_children) if c.type != "comment"), None)
            jumps = child.type == "compound_statement" and last is not None and last.type in _JUMPS
            if not (jumps and node.type in ("if_statement", "else_clause")):
                yield child

    def _events(self, text: bytes, depth: int) -> Iterator[Switch]:
        """What the words of an expression do, macros opened, in order."""
        tokens = significant(lex(text))
        words = [text[t.start : t.end] for t in tokens]
        for i, word in enumerate(words):
            token, after = tokens[i], words[i + 1 : i + 4]
            if token.kind in ("asm", "string") and (token.kind == "asm" or self._is_asm(words, i)):
                if _ASM_OFF.search(word):
                    yield "off"
                elif _ASM_ON.search(word):
                    yield "on"
            elif token.kind == "identifier":
                yield from self._word(word, after, token, depth)

    @staticmethod
    def _is_asm(words: list[bytes], i: int) -> bool:
        return any(b"asm" in word for word in words[max(0, i - 3) : i])

    def _word(self, word: bytes, after: list[bytes], token: Token, depth: int) -> Iterator[Switch]:
        called = after[:1] == [b"("]
        if called and word in self.firmware.functions:
            summary = self.summary(word)
            if summary is not None:
                yield summary
        elif called and (word in _OFF_CALLS or _OFF_NAME.search(word)):
            yield "off"
        elif called and (word in _ON_CALLS or _ON_NAME.search(word)):
            yield "on"
        elif after and (_MASK_BITS.fullmatch(word) or _MASK_REGISTERS.fullmatch(word)) and self._assigned(after):
            off = after[0] == b"&=" or (after[0] == b"=" and self._zero(after[1:]))
            yield "off" if off else "on"
        elif depth < 6:
            symbol = self.firmware.symbols.lookup(word)
            if symbol is not None and symbol.kind == "macro" and symbol.body:
                yield from self._events(symbol.body, depth + 1)

    @staticmethod
    def _assigned(after: list[bytes]) -> bool:
        return after[0] in (b"=", b"|=", b"&=", b"^=")

    @staticmethod
    def _zero(after: list[bytes]) -> bool:
        value = next((word for word in after if word != b"("), b"")
        return _ZERO.fullmatch(value) is not None

    def summary(self, function: bytes) -> Switch | None:
        """How a function of this unit leaves the interrupts."""
        if function not in self._summaries:
            self._summaries[function] = None  # recursion
            bodies = [node.child_by_field_name("body") for node in self.firmware.functions[function]]
            found = [self.switch(body) for body in bodies if body is not None]
            self._summaries[function] = next((s for s in found if s is not None), None)
        return self._summaries[function]
