"""The AVR instruction set written down a second time, from the manual (DS40002198), as a judge of simavr's."""

from __future__ import annotations

from collections.abc import Sequence

C, Z, N, V, S, H, T = range(7)
_SPL, _SPH, _SREG, _RAM_END = 0x5D, 0x5E, 0x5F, 0x8FF


class Reference:
    """An ATmega328P without peripherals: flash in words, data space in bytes, cycles since reset."""

    def __init__(self, words: Sequence[int]) -> None:
        self.flash = [*words, *[0xFFFF] * (0x4000 - len(words))]
        self.data = bytearray(0x900)
        self.flags = [0] * 8
        self.pc = self.cycles = 0
        self.stack = _RAM_END

    @property
    def status(self) -> int:
        """SREG."""
        return sum(flag << bit for bit, flag in enumerate(self.flags))

    def state(self) -> str:
        """As the simulator prints it."""
        registers, ram = self.data[:32].hex().upper(), self.data[0x100:].hex().upper()
        return f"{2 * self.pc:04X} {self.status:02X} {self.stack:04X} {registers} {ram}"

    def step(self) -> None:
        """One instruction."""
        opcode = self.flash[self.pc]
        self.pc += 1
        self.cycles += 1
        d, r = opcode >> 4 & 0x1F, opcode >> 5 & 0x10 | opcode & 0xF
        high, k = 16 + (opcode >> 4 & 0xF), opcode >> 4 & 0xF0 | opcode & 0xF
        match opcode >> 12:
            case 0x0 | 0x1 | 0x2:
                self._registers(opcode, d, r)
            case 0x3:
                self._subtract(high, k, store=False)
            case 0x4:
                self._subtract(high, k, borrow=self.flags[C], keep_zero=True)
            case 0x5:
                self._subtract(high, k)
            case 0x6:
                self._logic(high, self.data[high] | k)
            case 0x7:
                self._logic(high, self.data[high] & k)
            case 0x8 | 0xA:
                offset = opcode >> 8 & 0x20 | opcode >> 7 & 0x18 | opcode & 7
                self._move(d, self._pair(28 if opcode & 8 else 30) + offset, bool(opcode & 0x200))
            case 0x9:
                self._nine(opcode, d, r)
            case 0xB:
                self._port(opcode, d, 0x20 + (opcode >> 5 & 0x30 | opcode & 0xF))
            case 0xC:
                self._go((opcode & 0xFFF ^ 0x800) - 0x800, 1)
            case 0xD:
                self._call(self.pc + (opcode & 0xFFF ^ 0x800) - 0x800, 2)
            case 0xE:
                self.data[high] = k
            case _:
                self._bits(opcode, d)

    def _registers(self, opcode: int, d: int, r: int) -> None:
        carry, data = self.flags[C], self.data
        match opcode >> 10:
            case 0 if opcode >> 8 == 1:
                target, source = 2 * (opcode >> 4 & 0xF), 2 * (opcode & 0xF)
                data[target : target + 2] = data[source : source + 2]
            case 0 if opcode:
                self._multiply_signed(opcode)
            case 1:
                self._subtract(d, data[r], borrow=carry, keep_zero=True, store=False)
            case 2:
                self._subtract(d, data[r], borrow=carry, keep_zero=True)
            case 3:
                self._add(d, data[r], 0)
            case 4:
                self._skip(data[d] == data[r])
            case 5:
                self._subtract(d, data[r], store=False)
            case 6:
                self._subtract(d, data[r])
            case 7:
                self._add(d, data[r], carry)
            case 8:
                self._logic(d, data[d] & data[r])
            case 9:
                self._logic(d, data[d] ^ data[r])
            case 10:
                self._logic(d, data[d] | data[r])
            case 11:
                data[d] = data[r]

    def _multiply_signed(self, opcode: int) -> None:
        """MULS, and by bits 7 and 3: MULSU, FMUL, FMULS, FMULSU."""
        if opcode >> 8 == 2:
            d, r, form = 16 + (opcode >> 4 & 0xF), 16 + (opcode & 0xF), 2
        else:
            d, r, form = 16 + (opcode >> 4 & 7), 16 + (opcode & 7), (0, 1, 2, 0)[opcode >> 6 & 2 | opcode >> 3 & 1]
        fractional = opcode >> 8 == 3 and bool(opcode & 0x88)
        one = self.data[d] if form == 1 else _signed(self.data[d])
        two = _signed(self.data[r]) if form == 2 else self.data[r]
        self._product(one * two, fractional)

    def _product(self, product: int, fractional: bool) -> None:
        self.flags[C] = product >> 15 & 1
        result = product << fractional & 0xFFFF
        self.flags[Z] = int(result == 0)
        self.data[0:2] = result.to_bytes(2, "little")
        self.cycles += 1

    def _sign(self, result: int, top: int = 7) -> None:
        self.flags[N] = result >> top & 1
        self.flags[Z] = int(result == 0)
        self.flags[S] = self.flags[N] ^ self.flags[V]

    def _add(self, d: int, value: int, carry: int) -> None:
        before = self.data[d]
        result = before + value + carry
        self.flags[H] = int((before & 0xF) + (value & 0xF) + carry > 0xF)
        self.flags[C] = result >> 8
        self.flags[V] = int(not -128 <= _signed(before) + _signed(value) + carry <= 127)
        self.data[d] = result & 0xFF
        self._sign(self.data[d])

    def _subtract(self, d: int, value: int, *, borrow: int = 0, keep_zero: bool = False, store: bool = True) -> None:
        before, zero = self.data[d], self.flags[Z]
        result = before - value - borrow
        self.flags[H] = int((before & 0xF) - (value & 0xF) - borrow < 0)
        self.flags[C] = int(result < 0)
        self.flags[V] = int(not -128 <= _signed(before) - _signed(value) - borrow <= 127)
        self._sign(result & 0xFF)
        if keep_zero:
            self.flags[Z] &= zero
        if store:
            self.data[d] = result & 0xFF

    def _logic(self, d: int, result: int) -> None:
        self.data[d] = result
        self.flags[V] = 0
        self._sign(result)

    def _nine(self, opcode: int, d: int, r: int) -> None:
        place, bit = 0x20 + (opcode >> 3 & 0x1F), opcode & 7
        match opcode >> 8:
            case 0x90 | 0x91 | 0x92 | 0x93:
                self._load_or_store(opcode, d)
            case 0x94 | 0x95:
                self._one(opcode, d)
            case 0x96 | 0x97:
                self._word(opcode)
            case 0x98:
                self.data[place] &= ~(1 << bit)
                self.cycles += 1
            case 0x99 | 0x9B:
                self._skip((self.data[place] >> bit & 1) == (opcode >> 9 & 1))
            case 0x9A:
                self.data[place] |= 1 << bit
                self.cycles += 1
            case _:
                self._product(self.data[d] * self.data[r], fractional=False)

    def _load_or_store(self, opcode: int, d: int) -> None:
        store, form = bool(opcode & 0x200), opcode & 0xF
        if form == 0:
            address = self.flash[self.pc]
            self.pc += 1
            self._move(d, address, store)
        elif form == 0xF:
            self.stack += 0 if store else 1
            self._move(d, self.stack, store)
            self.stack -= 1 if store else 0
        elif form in (4, 5):
            self._program_byte(d, step=form == 5)
        else:
            pointer = {0: 30, 8: 28, 12: 26}[form & 0xC]
            address = self._pair(pointer) - (form & 3 == 2)
            self._move(d, address, store)
            if form & 3:
                self._set_pair(pointer, address + (form & 3 == 1))

    def _program_byte(self, d: int, *, step: bool = False) -> None:
        address = self._pair(30)
        self.data[d] = self.flash[address >> 1 & 0x3FFF] >> 8 * (address & 1) & 0xFF
        self.cycles += 2
        if step:
            self._set_pair(30, address + 1)

    def _one(self, opcode: int, d: int) -> None:
        before, carry = self.data[d], self.flags[C]
        match opcode & 0xF:
            case 0x0:
                self.flags[C] = 1
                self._logic(d, before ^ 0xFF)
            case 0x1:
                self.data[d] = 0
                self._subtract(d, before)
            case 0x2:
                self.data[d] = before >> 4 | before << 4 & 0xF0
            case 0x3 | 0xA as form:
                step = 1 if form == 3 else -1
                self.data[d] = before + step & 0xFF
                self.flags[V] = int(not -128 <= _signed(before) + step <= 127)
                self._sign(self.data[d])
            case 0x5 | 0x6 | 0x7 as form:
                top = {5: before & 0x80, 6: 0, 7: carry << 7}[form]
                self.data[d] = before >> 1 | top
                self.flags[C] = before & 1
                self.flags[V] = self.data[d] >> 7 ^ self.flags[C]
                self._sign(self.data[d])
            case 0x8 if opcode < 0x9500:
                self.flags[opcode >> 4 & 7] = int(not opcode & 0x80)
            case 0x8 if opcode == 0x9508:
                self.pc = self.data[self.stack + 1] << 8 | self.data[self.stack + 2]
                self.stack += 2
                self.cycles += 3
            case 0x8:
                self._program_byte(0)
            case 0x9 if opcode == 0x9509:
                self._call(self._pair(30), 2)
            case 0xC | 0xD:
                self._go(self.flash[self.pc] - self.pc, 2)
            case _:
                self.pc += 1
                self._call(self.flash[self.pc - 1], 3)

    def _word(self, opcode: int) -> None:
        register, k = 24 + (opcode >> 3 & 6), opcode >> 2 & 0x30 | opcode & 0xF
        before = self._pair(register)
        result = before + k if opcode < 0x9700 else before - k
        self._set_pair(register, result)
        self.flags[C] = int(not 0 <= result <= 0xFFFF)
        signed = (before ^ 0x8000) - 0x8000 + result - before
        self.flags[V] = int(not -0x8000 <= signed <= 0x7FFF)
        self._sign(result & 0xFFFF, 15)
        self.cycles += 1

    def _port(self, opcode: int, d: int, place: int) -> None:
        if opcode & 0x800:
            self.data[place] = self.data[d]
            if place == _SREG:
                self.flags = [self.data[d] >> bit & 1 for bit in range(8)]
        else:
            self.data[d] = self.status if place == _SREG else self.data[place]

    def _bits(self, opcode: int, d: int) -> None:
        bit = opcode & 7
        if opcode < 0xF800:
            if self.flags[bit] != opcode >> 10 & 1:
                self._go((opcode >> 3 & 0x7F ^ 0x40) - 0x40, 1)
        elif opcode < 0xFA00:
            self.data[d] = self.data[d] & ~(1 << bit) | self.flags[T] << bit
        elif opcode < 0xFC00:
            self.flags[T] = self.data[d] >> bit & 1
        else:
            self._skip((self.data[d] >> bit & 1) == (opcode >> 9 & 1))

    def _skip(self, taken: bool) -> None:
        if taken:
            opcode = self.flash[self.pc]
            words = 2 if opcode & 0xFC0F == 0x9000 or opcode & 0xFE0C == 0x940C else 1
            self._go(words, words)

    def _go(self, offset: int, cycles: int) -> None:
        self.pc += offset
        self.cycles += cycles

    def _call(self, to: int, cycles: int) -> None:
        self.data[self.stack], self.data[self.stack - 1] = self.pc & 0xFF, self.pc >> 8
        self.stack -= 2
        self.pc = to
        self.cycles += cycles

    def _move(self, d: int, address: int, store: bool) -> None:
        if store:
            self.data[address] = self.data[d]
        else:
            self.data[d] = self.data[address]
        self.cycles += 1

    def _pair(self, low: int) -> int:
        return self.data[low] | self.data[low + 1] << 8

    def _set_pair(self, low: int, value: int) -> None:
        self.data[low : low + 2] = (value & 0xFFFF).to_bytes(2, "little")


def _signed(byte: int) -> int:
    return (byte ^ 0x80) - 0x80
