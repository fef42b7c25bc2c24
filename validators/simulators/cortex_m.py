"""The Cortex-M oracle: an STM32F103 whose instructions are unicorn's, and whose registers are fed and traced.

A harness image is built by `BUILD` from `unit.c` and the files of `board()`. An interrupt's number n, as SIM_INTERRUPT
takes it, is that of the exception: 15 is SysTick, 16 + k the interrupt k of ST's vector table (USART1 is 53). In its
traces a flag that the program answered after it saw it set is told by its register and bit: `A40000010.0` is UIF of
TIM2. Unicorn knows no cycles: each instruction counts as one. Instructions in an IT block count when their condition
holds, and are not told as conditional in the coverage. The executable is built where it runs and never passed on, since
unicorn's licence is the GPL.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from validators.sandbox.runner import ProgramNotFound, Sandbox
from validators.simulators.machine import CoreFailed, Machine

REMEDY = "pip install 'unicorn>=2.1.4'"

BUILD = (
    "arm-none-eabi-gcc", "-mcpu=cortex-m3", "-mthumb", "-std=gnu11", "-Os", "-ffreestanding", "-nostdlib",
    "-nostartfiles", "-T", "link.ld", "-Wl,--build-id=none", "-o", "unit.elf", "startup.c", "unit.c", "-lgcc",
)  # fmt: skip
"""Compiles and links one image, in a folder with `unit.c`, sim.h and the files of `board()`."""

_BOARD = Path(__file__).parent / "boards" / "cortex_m"

_PORT = "CRL CRH IDR ODR BSRR BRR LCKR"
_TIMER = "CR1 CR2 SMCR DIER SR EGR CCMR1 CCMR2 CCER CNT PSC ARR RCR CCR1 CCR2 CCR3 CCR4 BDTR DCR DMAR"
_USART = "SR DR BRR CR1 CR2 CR3 GTPR"
_SPI = "CR1 CR2 SR DR CRCPR RXCRCR TXCRCR I2SCFGR I2SPR"
_I2C = "CR1 CR2 OAR1 OAR2 DR SR1 SR2 CCR TRISE"
_ADC = "SR CR1 CR2 SMPR1 SMPR2 JOFR1 JOFR2 JOFR3 JOFR4 HTR LTR SQR1 SQR2 SQR3 JSQR JDR1 JDR2 JDR3 JDR4 DR"
_CHANNEL = "CCR CNDTR CPAR CMAR"
# One word each, from the peripheral's first on; "-" is none.
_PERIPHERALS = {
    ("TIM2", 0x40000000): _TIMER.replace("RCR", "-").replace("BDTR", "-"),
    ("TIM3", 0x40000400): _TIMER.replace("RCR", "-").replace("BDTR", "-"),
    ("TIM4", 0x40000800): _TIMER.replace("RCR", "-").replace("BDTR", "-"),
    ("RTC", 0x40002800): "CRH CRL PRLH PRLL DIVH DIVL CNTH CNTL ALRH ALRL",
    ("WWDG", 0x40002C00): "CR CFR SR",
    ("IWDG", 0x40003000): "KR PR RLR SR",
    ("SPI2", 0x40003800): _SPI,
    ("USART2", 0x40004400): _USART,
    ("USART3", 0x40004800): _USART,
    ("I2C1", 0x40005400): _I2C,
    ("I2C2", 0x40005800): _I2C,
    ("BKP", 0x40006C00): "- DR1 DR2 DR3 DR4 DR5 DR6 DR7 DR8 DR9 DR10 RTCCR CR CSR",
    ("PWR", 0x40007000): "CR CSR",
    ("AFIO", 0x40010000): "EVCR MAPR EXTICR1 EXTICR2 EXTICR3 EXTICR4",
    ("EXTI", 0x40010400): "IMR EMR RTSR FTSR SWIER PR",
    **{(f"GPIO{port}", 0x40010800 + 0x400 * n): _PORT for n, port in enumerate("ABCDE")},
    ("ADC1", 0x40012400): _ADC,
    ("ADC2", 0x40012800): _ADC,
    ("TIM1", 0x40012C00): _TIMER,
    ("SPI1", 0x40013000): _SPI,
    ("USART1", 0x40013800): _USART,
    ("DMA1", 0x40020000): "ISR IFCR",
    **{(f"DMA1_Channel{n}", 0x40020008 + 20 * (n - 1)): _CHANNEL for n in range(1, 8)},
    ("RCC", 0x40021000): "CR CFGR CIR APB2RSTR APB1RSTR AHBENR APB2ENR APB1ENR BDCR CSR",
    ("FLASH", 0x40022000): "ACR KEYR OPTKEYR SR CR AR - OBR WRPR",
    ("CRC", 0x40023000): "DR IDR CR",
    ("SysTick", 0xE000E010): "CTRL LOAD VAL CALIB",
    **{("NVIC", 0xE000E100 + 0x80 * n): f"{name}0 {name}1" for n, name in enumerate(["ISER", "ICER"])},
    **{("NVIC", 0xE000E200 + 0x80 * n): f"{name}0 {name}1" for n, name in enumerate(["ISPR", "ICPR", "IABR"])},
    ("NVIC", 0xE000E400): " ".join(f"IPR{n}" for n in range(11)),
    ("SCB", 0xE000ED00): "CPUID ICSR VTOR AIRCR SCR CCR SHPR1 SHPR2 SHPR3 SHCSR CFSR HFSR DFSR MMFAR BFAR AFSR",
    ("DBGMCU", 0xE0042000): "IDCODE CR",
}


def _registers() -> dict[int, str]:
    found = {}
    for (peripheral, start), names in _PERIPHERALS.items():
        for word, name in enumerate(names.split()):
            if name != "-":
                found[start + 4 * word] = f"{peripheral}_{name}"
    return found


def _package() -> Path | None:
    """Where the Python package of unicorn lies, which brings the C library and its headers; None where it is not."""
    spec = find_spec("unicorn")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent
    return folder if (folder / "lib" / "libunicorn.a").is_file() else None


def _unicorn() -> Mapping[str, bytes]:
    folder = _package()
    if folder is None:
        raise CoreFailed(f"unicorn: not found. Remedy: {REMEDY}")
    headers = sorted((folder / "include" / "unicorn").glob("*.h"))
    found = {f"unicorn/{header.name}": header.read_bytes() for header in headers}
    return found | {"libunicorn.a": (folder / "lib" / "libunicorn.a").read_bytes()}


CORTEX_M = Machine(
    name="cortex-m",
    core="cortexm",
    registers=_registers(),
    counts_cycles=False,
    # 1 million were the fewest seen (a program that rewrites its own code all the time); others run 80 million.
    cycles_per_cpu_second=200_000,
    link_flags=("-lunicorn", "-lm", "-Wl,--gc-sections"),
    libraries=_unicorn,
)
"""Registers have the names of ST's header. Cycles are instructions."""


def board() -> Mapping[str, bytes]:
    """What an image needs beside its program: start-up code with the vector table, and the linker's script."""
    return {name: (_BOARD / name).read_bytes() for name in ("startup.c", "link.ld")}


def missing(sandbox: Sandbox) -> str:
    """What the simulator lacks here, with the remedy; empty when it can be built."""
    if _package() is None:
        return f"unicorn: not found. Remedy: {REMEDY}"
    try:
        sandbox.run(["gcc", "--version"])
    except ProgramNotFound:
        return "gcc: not found. Remedy: apt-get install gcc libc6-dev"
    return ""
