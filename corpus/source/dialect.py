"""The words that compilers for small chips add to C: memory spaces, attributes, addresses, interrupt macros."""

from __future__ import annotations

import re

SDCC_SPACES = frozenset(
    b"__data __idata __xdata __pdata __code __near __far __eeprom __xstack __sram __flash __memx".split()
)
KEIL_SPACES = frozenset(b"data idata xdata pdata code bdata far near".split())

SDCC_ATTRIBUTES = frozenset(
    b"__interrupt __using __naked __reentrant __critical __wparam __shadowregs __banked __nonbanked __overlay "
    b"__z88dk_fastcall __z88dk_callee __sdcccall __smallc __raisonance __iar __cosmic __preserves_regs __trap "
    b"__nonpaged _Noreturn __noreturn".split()
)
KEIL_ATTRIBUTES = frozenset(b"interrupt using reentrant large compact small _task_ _priority_".split())

# Attributes that take an argument, with or without parentheses.
COUNTED_ATTRIBUTES = frozenset(b"__interrupt __using interrupt using _task_ _priority_".split())

# Macros and keywords of other toolchains that stand where a qualifier may stand.
QUALIFIERS = frozenset(
    b"__IO __I __O __IOM __IM __OM PROGMEM __no_init __extension__ __STATIC_INLINE __weak __packed __ramfunc "
    b"__inline __inline__ __restrict __tiny __root".split()
)

# Type words of special function registers and bits.
SFR_TYPES = frozenset(b"__sfr __sfr16 __sfr32 sfr sfr16".split())
SBIT_TYPES = frozenset(b"__sbit sbit".split())
BIT_TYPES = frozenset(b"__bit bit".split())

# Macros `NAME(function, vector...) {` that open an interrupt handler.
ISR_MACROS = frozenset(b"INTERRUPT_HANDLER INTERRUPT_HANDLER_TRAP INTERRUPT INTERRUPT_USING ISR SIGNAL".split())

# avr-libc's macros before a block that no interrupt may divide, or that lets them in again.
ATOMIC_MACROS = frozenset((b"ATOMIC_BLOCK", b"NONATOMIC_BLOCK"))

# avr-libc's `EMPTY_INTERRUPT(name)`: a whole handler that does nothing.
EMPTY_ISR = b"EMPTY_INTERRUPT"

# What a vector table asks for by its name: avr-libc's vectors, the handlers of CMSIS, the callbacks of ST's library.
_OF_A_VECTOR = re.compile(
    rb"\w+_vect|__vector_\d+|\w+_IRQHandler|HAL_\w+Callback"
    rb"|(?:NMI|HardFault|MemManage|BusFault|UsageFault|SVC|DebugMon|PendSV|SysTick)_Handler"
)

# COSMIC and IAR: `@far`, `@interrupt`.
AT_WORDS = frozenset(b"far near interrupt tiny inline nostack svlreg stack eeprom packed".split())

C_KEYWORDS = frozenset(
    b"auto break case char const continue default do double else enum extern float for goto if inline int long "
    b"register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while "
    b"_Alignas _Alignof _Atomic _Bool _Complex _Generic _Imaginary _Static_assert _Thread_local bool true "
    b"false typeof asm".split()
)

# No identifier may be given one of these names, whatever the dialect.
KEYWORDS = (
    C_KEYWORDS
    | SDCC_SPACES
    | KEIL_SPACES
    | SDCC_ATTRIBUTES
    | KEIL_ATTRIBUTES
    | QUALIFIERS
    | SFR_TYPES
    | SBIT_TYPES
    | BIT_TYPES
    | frozenset(b"__at _at_ at __asm __endasm _asm _endasm __asm__ __typeof __attribute__ main NULL".split())
)

# What only Keil C51 writes; `data`, `code` and `bit` alone are ordinary names in sdcc's C.
_KEIL = re.compile(
    rb"""\b(?:sbit|sfr|sfr16)\s+\w+\s*= | \)\s*interrupt\s+\w | \b_at_\b | \)\s*(?:reentrant|_task_)\b
      | \)\s*(?:large|compact|small)\s*[{;]
      | \b(?:xdata|idata|pdata|bdata)\s+[\w*]
      | \b(?:unsigned\s+)?(?:char|int|long|u?int8_t|u?int16_t)\s+(?:code|data)\s+[\w*]
      | \bcode\s+(?:unsigned|char|int|u?int8_t|u?int16_t)\b | \bu(?:char|int)\s+(?:code|data)\s+\w
      | \bcode\s+u(?:char|int)\b
      | \b(?!(?:struct|union|enum|return|goto|case|else|sizeof|const|volatile|static|extern|register|auto|typedef)\b)
        [A-Za-z_]\w*\s+(?:code|data)\s+[A-Za-z_]\w*\s*[\[=;]""",
    re.VERBOSE,
)

KEIL_WORDS = frozenset(
    b"sbit sfr sfr16 interrupt _at_ reentrant large compact small _task_ xdata idata pdata bdata code data".split()
)
"""Without one of these words a source is not written for Keil C51."""


def is_vector(name: bytes) -> bool:
    """Whether a function of this name is an interrupt's because of its name, on a chip that knows it."""
    return _OF_A_VECTOR.fullmatch(name) is not None


_KEIL_HEADER = re.compile(
    rb'^[ \t]*#[ \t]*include[ \t]*[<"](?:reg52|regx5[12]|intrins|absacc|stc12c5a60s2|stc89c5xrc)\.h[>"]',
    re.IGNORECASE | re.MULTILINE,
)


def is_keil(code: bytes, src: bytes = b"") -> bool:
    """Whether `code` (comments and strings blanked) is written for Keil C51, or `src` includes what only Keil has."""
    return _KEIL.search(code) is not None or _KEIL_HEADER.search(src) is not None
