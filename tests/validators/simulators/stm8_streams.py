"""Random straight-line STM8 programs that hold every instruction in every addressing mode, and Intel HEX."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

FLASH = 0x8000
PREFIXES = (0x00, 0x72, 0x90, 0x91, 0x92)
RET, RETF, IRET, INC_A, JRA, PUSH, SWAP_A = 0x81, 0x87, 0x80, 0x4C, 0x20, 0x4B, 0x4E

_DATA_END = 0x5F0  # of what programs work on; above it is the stack
_STACK = range(0x690, 0x6E0)
_ONE_OPERAND = (0, 3, 4, 6, 7, 8, 9, 10, 12, 13, 14, 15)  # low four bits of NEG to CLR
_ALU = (0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11)
_WORD = (3, 14, 15)
_JUMP = (12, 13)


def intel_hex(image: bytes, start: int = FLASH) -> bytes:
    """The image, loaded from `start` on, as Intel HEX."""
    lines = []
    for at in range(0, len(image), 32):
        chunk = image[at : at + 32]
        record = bytes([len(chunk), start + at >> 8, start + at & 255, 0]) + chunk
        lines.append(":" + (record + bytes([-sum(record) & 255])).hex().upper())
    return "\n".join([*lines, ":00000001FF", ""]).encode()


def instructions() -> Iterator[tuple[int, int]]:
    """Prefix (0 for none) and opcode of each, as PM0044 lists them; without BREAK."""
    rows = {
        0x00: "0:M12 1:* 2:* 3:M15B2 4:M125B 5:M125B 6:M125B 7:MB",
        0x72: "0:* 1:* 3:M 4:M 5:M 6:M C:AWJ D:AWJ",
        0x90: "0:12 1:* 4:M2 5:M 6:M2 7:M D:AWJ E:AWJ F:AWJ",
        0x91: "6:M D:AWJ",
        0x92: "3:M 6:M C:AWJ D:AWJ",
    }
    sets: dict[str, Sequence[int]] = {"M": _ONE_OPERAND, "A": _ALU, "W": _WORD, "J": _JUMP, "*": range(16)}
    for prefix, text in rows.items():
        for part in text.split():
            row, _, letters = part.partition(":")
            for letter in letters:
                for low in sets.get(letter) or (int(letter, 16),):
                    yield prefix, int(row, 16) << 4 | low
    for high in range(0xA0, 0x100, 0x10):
        yield from ((0, high | low) for low in (*_ALU, *_WORD, *_JUMP))
    yield from ((0, op) for op in range(0x80, 0xA0) if op not in (0x8B, 0x90, 0x91, 0x92))
    singles = {
        0x72: "8F A2 A9 B0 B2 B9 BB F0 F2 F9 FB",
        0x90: "28 29 2C 2D 2E 2F 85 89 93 94 95 96 97 9E 9F A3 A7 AE AF B3 BE BF C3 CE CF",
        0x91: "A7 AF C3 CE CF",
        0x92: "8D A7 AC AF BC BD",
    }
    for prefix, codes in singles.items():
        yield from ((prefix, op) for op in bytes.fromhex(codes))


SLEEPS = ((0x00, 0x8E), (0x00, 0x8F), (0x72, 0x8F))
"""HALT, WFI and WFE."""

UNKNOWN_TO_UCSIM = ((0x72, 0xB2), (0x92, 0xBD))
"""SUBW Y,long and LDF [pointer],A: uCsim 0.6.4 takes them for illegal."""


class Stream:
    """One program: each instruction once in each of its passes, in random order with random operands.

    It starts at 0x8000 and runs until the end of the image. `left_out` are instructions that it does not hold.
    """

    def __init__(self, random: Random, passes: int, left_out: tuple[tuple[int, int], ...] = ()) -> None:
        self.random = random
        self.image = bytearray()
        self.done: set[tuple[int, int]] = set()
        order = [code for code in instructions() if code not in (*SLEEPS, *left_out)]
        self.put(0x82, 0, 0x80, 8, IRET, 0, 0, 0)  # INT to the start, and a TRAP's routine
        self.stack()
        for address in range(0, _DATA_END, 8):
            self.store(address, self.byte())
        for _ in range(passes):
            random.shuffle(order)
            for number, (prefix, op) in enumerate(order):
                if number % 8 == 0:
                    self.stack()
                    self.put(0xA6, self.byte(), PUSH, self.byte() & 0xBF, 0x86)  # LD A,#; POP CC
                    self.load_index(random.choice((0x00, 0x90)), random.randrange(0x10000))
                self.done.add((prefix, op))
                self.instruction(prefix, op)
        self.hex = intel_hex(bytes(self.image))

    @property
    def at(self) -> int:
        return FLASH + len(self.image)

    def put(self, *code: int) -> None:
        """Append these bytes."""
        self.image += bytes(code)

    def code(self, prefix: int, *code: int) -> None:
        """Append an instruction with its prefix, if it has one."""
        self.put(*([prefix] if prefix else []), *code)

    def byte(self) -> int:
        return self.random.randrange(256)

    def place(self) -> int:
        return self.random.randrange(_DATA_END)

    def store(self, address: int, *values: int) -> None:
        """MOV long,#byte for each value."""
        for offset, value in enumerate(values):
            self.put(0x35, value, address + offset >> 8, address + offset & 255)

    def load_index(self, prefix: int, value: int) -> None:
        """LDW X,#word, or Y under the prefixes 90 and 91."""
        self.code(0x90 if prefix in (0x90, 0x91) else 0, 0xAE, value >> 8, value & 255)

    def stack(self) -> None:
        """Bring the stack pointer back into its range."""
        self.load_index(0, self.random.choice(_STACK))
        self.put(0x94)

    def operand(self, prefix: int, op: int, target: int | None = None) -> list[int]:
        """Set up what makes this row's operand lie at the target (any place in memory if none); its bytes."""
        row = op >> 4
        pointed = prefix in (0x91, 0x92) or (prefix == 0x72 and row not in (4, 5))
        if row in (4, 6, 7, 0xD, 0xE, 0xF):
            return self.indexed(prefix, row, self.place() if target is None else target, pointed)
        if pointed:
            return self.pointer(prefix, self.place() if target is None else target)
        if row in (5, 0xC):
            return [*(self.place() if target is None else target).to_bytes(2, "big")]
        return [self.random.randrange(0xFE)]

    def indexed(self, prefix: int, row: int, target: int, pointed: bool) -> list[int]:
        short = row in (6, 0xE) and not pointed
        base = 0 if row in (7, 0xF) else self.random.randrange(min(target, 0xFF if short else 0xFFFF) + 1)
        self.load_index(prefix, target - base)
        if pointed:
            return self.pointer(prefix, base)
        return [] if row in (7, 0xF) else [base] if short else [*base.to_bytes(2, "big")]

    def pointer(self, prefix: int, value: int, size: int = 2, short: bool = True) -> list[int]:
        """A pointer somewhere in memory, and the bytes that name it."""
        short = short and prefix in (0x91, 0x92)
        place = self.random.randrange(0xF8) if short else self.place()
        self.store(place, *value.to_bytes(size, "big"))
        return [place] if short else [*place.to_bytes(2, "big")]

    def instruction(self, prefix: int, op: int) -> None:
        """Append one instruction with what must be set up before it."""
        row, low = op >> 4, op & 15
        if row in (8, 9):
            self.implied(prefix, op)
        elif row == 2:
            if op & 14 == 12 and prefix:  # uCsim 0.6.4 takes one of I1 and I0 for masked, where the chip needs both
                self.put(PUSH, self.random.choice((0x00, 0x28)), 0x86)
            self.code(prefix, op, 1, INC_A)
        elif row < 2 and prefix and not (row == 0 and prefix == 0x90):
            self.code(prefix, op, *self.place().to_bytes(2, "big"), *([1, INC_A] if row == 0 else []))
        elif row == 1:
            wide = low in (12, 13)
            self.put(op, *([self.byte(), self.byte()] if wide else [self.random.randrange(1, 0x80)]))
        elif row < 8 and low in _ONE_OPERAND:
            self.one_operand(prefix, op)
        elif row < 8:
            self.irregular(prefix, op)
        elif prefix == 0x72 and row not in (0xC, 0xD):
            self.code(prefix, op, *self.wide_operand(row))
        elif op in (0xA7, 0xAF, 0xBC, 0xBD, 0xAC, 0xAD):
            self.far(prefix, op)
        elif row == 0xA:
            self.code(prefix, op, *([self.byte(), self.byte()] if low in _WORD else [self.byte()]))
        elif low in _JUMP:
            self.jump(prefix, op)
        else:
            self.code(prefix, op, *self.operand(prefix, op))

    def one_operand(self, prefix: int, op: int) -> None:
        row = op >> 4
        if row == 0:
            self.put(op, self.random.randrange(1, 0x80))
        elif (row == 4 and not prefix) or (row == 5 and prefix != 0x72):
            self.code(prefix, op)
        else:
            self.code(prefix, op, *self.operand(prefix, op))

    def wide_operand(self, row: int) -> list[int]:
        if row == 0xF:
            return [self.random.randrange(1, 0x80)]
        return [self.byte(), self.byte()] if row == 0xA else [*self.place().to_bytes(2, "big")]

    def irregular(self, prefix: int, op: int) -> None:
        long = self.place().to_bytes(2, "big")
        if op in (0x31, 0x32, 0x3B):
            self.put(op, *long)
        elif op == 0x35:
            self.put(op, self.byte(), *long)
        elif op == 0x45:
            self.put(op, self.byte() & 0xFE, self.byte() & 0xFE)
        elif op == 0x55:
            self.put(op, *long, *self.place().to_bytes(2, "big"))
        elif op in (0x52, 0x5B):
            self.put(op, self.random.randrange(0x18))
        elif op in (0x4B, 0x6B, 0x7B):
            self.put(op, self.random.randrange(1, 0x80))
        else:
            self.code(prefix, op)
            if op in (0x62, 0x65):  # uCsim 0.6.4 sets Z when the quotient is not zero
                self.put(PUSH, self.byte() & 0xBF, 0x86)

    def return_address(self, size: int, length: int) -> None:
        """Push what leads to just behind these pushes and an instruction of so many bytes."""
        to = self.at + 2 * size + length
        for part in to.to_bytes(size, "little"):
            self.put(PUSH, part)

    def implied(self, prefix: int, op: int) -> None:
        if op == IRET:
            self.return_address(3, 2 * 6 + 1)
            for _ in range(5):
                self.put(PUSH, self.byte())
            self.put(PUSH, self.byte() & 0xBF, op)
        elif op in (RET, RETF):
            self.return_address(2 if op == RET else 3, 1)
            self.put(op)
        elif op == 0x82:
            self.put(op, *(self.at + 5).to_bytes(3, "big"), INC_A)
        elif op == 0x8D:
            self.far(prefix, op)
        elif op == 0x94:
            self.load_index(prefix, self.random.choice(_STACK))
            self.code(prefix, op)
        elif op == 0x86:
            self.put(PUSH, self.byte() & 0xBF, op)
        else:
            self.code(prefix, op)

    def far(self, prefix: int, op: int) -> None:
        """LDF, JPF, CALLF and CALLR; calls skip the return that they lead to."""
        if op == 0xAD:
            self.put(op, 2, JRA, 1, RET)
        elif op in (0xAC, 0x8D):
            room = 16 if prefix else 0
            target = self.at + room + 4 + (1 if op == 0xAC else 2)
            pointer = self.pointer(prefix, target, size=3, short=False) if prefix else [*target.to_bytes(3, "big")]
            self.put(*[SWAP_A] * (target - self.at - (1 if op == 0xAC else 2) - 4))
            self.code(prefix, op, *pointer)
            self.put(*([INC_A] if op == 0xAC else [JRA, 1, RETF]))
        else:
            base = target = self.place()
            if op in (0xA7, 0xAF):
                base = self.random.randrange(target + 1)
                self.load_index(prefix, target - base)
            pointed = prefix in (0x91, 0x92)
            self.code(prefix, op, *(self.pointer(prefix, base, 3, False) if pointed else base.to_bytes(3, "big")))

    def jump(self, prefix: int, op: int) -> None:
        """JP over an instruction, CALL to a return behind a jump over it. What sets them up has 24 bytes of room."""
        call = op & 15 == 13
        end = self.at + 24
        operand_bytes = self.operand(prefix, op, end + (2 if call else 1))
        length = (1 if prefix else 0) + 1 + len(operand_bytes)
        self.put(*[SWAP_A] * (end - self.at - length))
        self.code(prefix, op, *operand_bytes)
        self.put(*([JRA, 1, RET] if call else [INC_A]))
