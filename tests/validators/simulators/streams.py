"""Random straight-line 8051 programs that hold every opcode, and Intel HEX."""

from __future__ import annotations

from random import Random

ACC, B, PSW, SP, P2 = 0xE0, 0xF0, 0xD0, 0x81, 0xA0
INC_A, RET, LJMP, SJMP = 0x04, 0x22, 0x02, 0x80
PLAIN_REGISTERS = (0x80, 0x82, 0x83, 0x90, 0xA0, 0xB0, PSW, ACC, B)
PLAIN_BIT_REGISTERS = (0x80, 0x90, 0xA0, 0xB0, PSW, ACC, B)
OPCODES = tuple(op for op in range(256) if op != 0xA5)

_PAGES, _BODY = 16, 0xB0  # of each 256-byte page the rest holds what AJMP and ACALL jump to
_BRANCH_ON_BIT = (0x10, 0x20, 0x30)
_BIT_WRITE = (0x10, 0x92, 0xB2, 0xC2, 0xD2)
_BRANCH = (0x40, 0x50, 0x60, 0x70)
_BIT = (0x72, 0x82, 0x92, 0xA0, 0xA2, 0xB0, 0xB2, 0xC2, 0xD2)


def intel_hex(image: bytes) -> bytes:
    """The image, loaded at 0, as Intel HEX."""
    lines = []
    for start in range(0, len(image), 32):
        record = bytes([len(image[start : start + 32]), start >> 8, start & 255, 0]) + image[start : start + 32]
        lines.append(":" + (record + bytes([-sum(record) & 255])).hex().upper())
    return "\n".join([*lines, ":00000001FF", ""]).encode()


class Stream:
    """One program: every opcode once in each of its passes, in random order with random operands.

    It runs from 0 to `end`, which is the end of the image too.
    """

    def __init__(self, random: Random, passes: int) -> None:
        self.random = random
        self.image = bytearray(random.randbytes(_PAGES * 256))
        self.at = 0
        self.spare = [page * 256 + _BODY + 8 for page in range(_PAGES)]
        self.opcodes: set[int] = set()
        self.put(0x75, SP, random.randrange(0x20, 0xA0))
        for _ in range(passes):
            order = list(OPCODES)
            random.shuffle(order)
            for number, op in enumerate(order):
                self.opcodes.add(op)
                if number % 16 == 0:
                    self.put(0x75, SP, random.randrange(0x10, 0xA0))
                if number % 8 == 0:
                    self.put(0x74, random.randrange(256))
                self.instruction(op)
                if PSW in self.image[self.at - 3 : self.at]:
                    self.put(0x74, self.byte())  # uCsim 0.6.4 lets software write the parity flag
                if self.at % 256 > _BODY - 24:
                    self.put(LJMP, (self.at >> 8) + 1, 0)
                    self.at = ((self.at >> 8) + 1) * 256
        last = (_PAGES - 1) * 256
        self.put(LJMP, last >> 8, last & 255)
        self.at = last
        self.image[last : last + 256] = bytes(256)
        self.hex = intel_hex(bytes(self.image))

    def put(self, *code: int) -> None:
        """Append these bytes."""
        self.image[self.at : self.at + len(code)] = bytes(code)
        self.at += len(code)

    def direct(self) -> int:
        return self.random.choice((self.random.randrange(0x80), self.random.choice(PLAIN_REGISTERS)))

    def bit(self, op: int) -> int:
        register = self.random.choice(PLAIN_BIT_REGISTERS)
        bit = self.random.choice((self.random.randrange(0x80), register + self.random.randrange(8)))
        # uCsim 0.6.4 goes on in the old register bank after a bit instruction changed RS0 or RS1.
        return 0x7F if bit in (PSW + 3, PSW + 4) and op in _BIT_WRITE else bit

    def byte(self) -> int:
        return self.random.randrange(256)

    def jump_page(self, op: int) -> None:
        """AJMP to a LJMP back, ACALL to a RET, in the page that the opcode names."""
        page = (self.at + 2) >> 11 << 3 | op >> 5
        target = self.spare[page]
        self.put(op, target & 255)
        code = bytes([RET]) if op & 0x10 else bytes([LJMP, self.at >> 8, self.at & 255])
        self.image[target : target + len(code)] = code
        self.spare[page] += len(code)

    def push_address(self, address: int) -> None:
        for part in (address & 255, address >> 8):
            self.put(0x74, part, 0xC0, ACC)

    def instruction(self, op: int) -> None:
        """Append one instruction with what must be set up before it."""
        low = op & 15
        if low == 1:
            self.jump_page(op)
        elif op in _BRANCH_ON_BIT:
            self.put(op, self.bit(op), 1, INC_A)
        elif op in _BRANCH:
            self.put(op, 1, INC_A)
        elif op in _BIT:
            self.put(op, self.bit(op))
        elif low in (0, 2, 3):
            self.irregular(op)
        elif op >> 4 in (0x8, 0xA) and op not in (0x84, 0x85, 0x94, 0xA4):
            self.put(op, self.direct())
        elif op == 0x85:
            self.put(op, self.direct(), self.direct())
        elif op >> 4 == 0xB:
            self.put(op, self.direct() if low == 5 else self.byte(), 1, INC_A)
        elif op == 0xD5 or (op >= 0xD8 and op < 0xE0):
            self.put(op, *([self.direct()] if low == 5 else []), 1, INC_A)
        else:
            immediate = op >> 4 == 7 or (low == 4 and op >> 4 in (2, 3, 4, 5, 6, 9))
            self.put(op, *([self.direct()] if low == 5 else []), *([self.byte()] if immediate else []))

    def irregular(self, op: int) -> None:
        if op == SJMP:
            self.put(SJMP, 2, SJMP, 2, SJMP, 0xFC)
        elif op == 0x90:
            self.put(op, self.byte(), self.byte())
        elif op in (0xC0, 0xD0):
            self.put(op, self.direct())
        elif op in (0xE0, 0xF0):
            self.put(0x90, 1, self.random.randrange(4), op)
        elif op in (0xE2, 0xE3, 0xF2, 0xF3):
            self.put(0x75, P2, self.random.randrange(0x70, 0x72), op)
        elif op == LJMP:
            target = self.at + 4
            self.put(op, target >> 8, target & 255, INC_A)
        elif op == 0x12:
            target = self.at + 5
            self.put(op, target >> 8, target & 255, SJMP, 1, RET)
        elif op in (RET, 0x32):
            self.push_address(self.at + 9)
            self.put(op)
        elif op in (0x42, 0x52, 0x62):
            self.put(op, self.direct())
        elif op in (0x43, 0x53, 0x63):
            self.put(op, self.direct(), self.byte())
        elif op == 0x73:
            offset = self.byte()
            target = self.at + 6
            self.put(0x74, offset, 0x90, (target - offset >> 8) & 255, (target - offset) & 255, op)
        elif op == 0x93:
            self.put(0x90, self.random.randrange(0x0E), self.byte(), op)
        else:
            self.put(op)
