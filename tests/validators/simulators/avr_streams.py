"""Random AVR programs that run from end to end, with each kind of instruction that an ATmega328P has."""

from __future__ import annotations

from random import Random

from tests.validators.simulators.avr_programs import hex_of

_TWO = (0x0400, 0x0800, 0x0C00, 0x1400, 0x1800, 0x1C00, 0x2000, 0x2400, 0x2800, 0x2C00, 0x9C00)
_IMMEDIATE = (0x3000, 0x4000, 0x5000, 0x6000, 0x7000, 0xE000)
_ONE = (0x9400, 0x9401, 0x9402, 0x9403, 0x9405, 0x9406, 0x9407, 0x940A)
_GPIOR = (0x1E, 0x2A, 0x2B)
_STATUS, _RAM = 0x3F, range(0x180, 0x7C0)
# By pointer: its low register, and its forms of LD (ST is LD + 0x200); the last two of Y and Z take an offset.
_POINTERS = {26: (0x900C, 0x900D, 0x900E), 28: (0x8008, 0x9009, 0x900A), 30: (0x8000, 0x9001, 0x9002)}


class AvrStream:
    """A program of `size` random instructions (or groups that belong together) after all registers were set.

    `words` are its opcodes. It ends in an endless loop, and uses memory and the stack within RAM.
    """

    def __init__(self, random: Random, size: int = 300) -> None:
        self.words: list[int] = []
        self._random = random
        for register in range(32):
            self._load(31, random.randrange(256))
            self.words.append(0x2C00 | (register & 0x1F) << 4 | 0x20F)  # MOV register, r31
        self._load(31, random.randrange(256))
        groups = (
            self._two, self._two, self._immediate, self._one, self._word, self._multiply, self._bit, self._flag,
            self._memory, self._direct, self._program_memory, self._stack, self._port, self._port_bit, self._skip,
            self._skip, self._branch, self._jump, self._call,
        )  # fmt: skip
        for _ in range(size):
            random.choice(groups)()
        self.words.append(0xCFFF)

    @property
    def image(self) -> bytes:
        """Intel HEX."""
        return hex_of(*self.words)

    def _load(self, register: int, value: int) -> None:
        self.words.append(0xE000 | (value & 0xF0) << 4 | (register - 16) << 4 | (value & 0xF))

    def _point(self, low: int, address: int) -> None:
        self._load(low, address & 0xFF)
        self._load(low + 1, address >> 8)

    def _single(self) -> int:
        """One word that touches registers and flags only."""
        random = self._random
        kind = random.randrange(6)
        if kind == 0:
            register, other = random.randrange(32), random.randrange(32)
            return random.choice(_TWO) | (other & 0x10) << 5 | register << 4 | other & 0xF
        if kind == 1:
            return random.choice(_IMMEDIATE) | random.randrange(0x1000)
        if kind == 2:
            return random.choice(_ONE) | random.randrange(32) << 4
        if kind == 3:
            return random.choice((0x9600, 0x9700)) | random.randrange(0x100)
        if kind == 4:
            return 0x0100 | random.randrange(0x100)
        return random.choice((0x0200, 0x0300)) | random.randrange(0x100)

    def _two(self) -> None:
        register, other = self._random.randrange(32), self._random.randrange(32)
        self.words.append(self._random.choice(_TWO) | (other & 0x10) << 5 | register << 4 | other & 0xF)

    def _immediate(self) -> None:
        self.words.append(self._random.choice(_IMMEDIATE) | self._random.randrange(0x1000))

    def _one(self) -> None:
        self.words.append(self._random.choice(_ONE) | self._random.randrange(32) << 4)

    def _word(self) -> None:
        self.words.append(self._random.choice((0x0100, 0x9600, 0x9700)) | self._random.randrange(0x100))

    def _multiply(self) -> None:
        self.words.append(self._random.choice((0x0200, 0x0300)) | self._random.randrange(0x100))

    def _bit(self) -> None:
        self.words.append(
            self._random.choice((0xF800, 0xFA00)) | self._random.randrange(32) << 4 | self._random.randrange(8)
        )

    def _flag(self) -> None:
        self.words.append(0x9408 | self._random.randrange(2) << 7 | self._random.randrange(7) << 4)

    def _memory(self) -> None:
        random = self._random
        low, forms = random.choice(tuple(_POINTERS.items()))
        self._point(low, random.choice(_RAM))
        opcode = random.choice(forms)
        if opcode in (0x8008, 0x8000):
            offset = random.randrange(64)
            opcode |= (offset & 0x20) << 8 | (offset & 0x18) << 7 | offset & 7
        register = random.randrange(26)  # what it does with the pointer's own registers is not defined
        self.words.append(opcode | random.choice((0, 0x200)) | register << 4)

    def _direct(self) -> None:
        opcode = self._random.choice((0x9000, 0x9200))
        self.words += [opcode | self._random.randrange(32) << 4, self._random.choice(_RAM)]

    def _program_memory(self) -> None:
        self._point(30, self._random.randrange(0x10000))
        register = self._random.randrange(30)
        self.words.append(self._random.choice((0x95C8, 0x9004 | register << 4, 0x9005 | register << 4)))

    def _stack(self) -> None:
        self.words += [0x920F | self._random.randrange(32) << 4, 0x900F | self._random.randrange(32) << 4]

    def _port(self) -> None:
        """IN and OUT; SREG is written without the interrupt flag."""
        address, register = self._random.choice((*_GPIOR, _STATUS)), self._random.randrange(16, 32)
        place = (address & 0x30) << 5 | register << 4 | address & 0xF
        self.words += [0x7000 | 0x0700 | (register - 16) << 4 | 0xF, self._random.choice((0xB000, 0xB800)) | place]

    def _port_bit(self) -> None:
        self.words.append(self._random.choice((0x9800, 0x9A00)) | 0x1E << 3 | self._random.randrange(8))

    def _skip(self) -> None:
        """CPSE, SBRC, SBRS, SBIC, SBIS, over one word or two."""
        random = self._random
        register, other = random.randrange(32), random.choice((random.randrange(32), 0))
        compare = 0x1000 | (other & 0x10) << 5 | register << 4 | other & 0xF
        of_register = random.choice((0xFC00, 0xFE00)) | register << 4 | random.randrange(8)
        of_port = random.choice((0x9900, 0x9B00)) | 0x1E << 3 | random.randrange(8)
        self.words.append(random.choice((compare, of_register, of_port)))
        over = random.randrange(3)
        if over == 0:
            self._direct()
        elif over == 1:
            self.words += [0x940C, len(self.words) + 2]  # JMP to what comes next
        else:
            self.words.append(self._single())

    def _branch(self) -> None:
        over = self._random.randrange(4)
        self.words.append(0xF000 | self._random.choice((0, 0x0400)) | over << 3 | self._random.randrange(8))
        self.words += [self._single() for _ in range(over)]

    def _jump(self) -> None:
        over = self._random.randrange(4)
        self.words.append(0xC000 | over)
        self.words += [self._single() for _ in range(over)]

    def _call(self) -> None:
        """RCALL, CALL or ICALL of a function of one instruction that lies behind a jump over it."""
        random = self._random
        kind = random.randrange(3)
        if kind == 0:
            self.words += [0xD001, 0xC002, self._single(), 0x9508]
        elif kind == 1:
            here = len(self.words)
            self.words += [0x940E, here + 3, 0xC002, self._single(), 0x9508]
        else:
            function = len(self.words) + 4
            self._point(30, function)
            self.words += [0x9509, 0xC002, self._single(), 0x9508]
