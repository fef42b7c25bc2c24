"""The STM8 oracle: an STM8S105 (32 KB of flash, 2 KB of RAM, 1 KB of EEPROM).

A harness image is built by `sdcc -mstm8`. In its traces a flag that the program answered after it saw it set (by
clearing it, by sending the next byte) is told by its register and bit: `A5342.0` is UIF of TIM4. A port's pins read as
the latch where they are push-pull outputs, as latch AND what is fed where they are open-drain outputs, and as fed where
they are inputs; pins that nobody feeds are pulled up. `tests/validators/simulators/` compares it with uCsim, opcode by
opcode.
"""

from __future__ import annotations

from collections.abc import Iterator

from validators.simulators.machine import Machine

# Peripherals whose registers follow one another from the address on; "-" is a gap. STM8S105 datasheet, section 6.2.
# UART1 is that of the smaller and larger STM8S, at the same address on all of them.
_BLOCKS = {
    0x505A: "FLASH: CR1 CR2 NCR2 FPR NFPR IAPSR - - PUKR - DUKR",
    0x50A0: "EXTI: CR1 CR2",
    0x50B3: "RST: SR",
    0x50C0: "CLK: ICKR ECKR - CMSR SWR SWCR CKDIVR PCKENR1 CSSR CCOR PCKENR2 - HSITRIMR SWIMCCR",
    0x50D1: "WWDG: CR WR",
    0x50E0: "IWDG: KR PR RLR",
    0x50F0: "AWU: CSR APR TBR",
    0x50F3: "BEEP: CSR",
    0x5200: "SPI: CR1 CR2 ICR SR DR CRCPR RXCRCR TXCRCR",
    0x5210: "I2C: CR1 CR2 FREQR OARL OARH - DR SR1 SR2 SR3 ITR CCRL CCRH TRISER",
    0x5230: "UART1: SR DR BRR1 BRR2 CR1 CR2 CR3 CR4 CR5 GTR PSCR",
    0x5240: "UART2: SR DR BRR1 BRR2 CR1 CR2 CR3 CR4 CR5 CR6 GTR PSCR",
    0x5250: "TIM1: CR1 CR2 SMCR ETR IER SR1 SR2 EGR CCMR1 CCMR2 CCMR3 CCMR4 CCER1 CCER2 CNTRH CNTRL PSCRH PSCRL ARRH"
    " ARRL RCR CCR1H CCR1L CCR2H CCR2L CCR3H CCR3L CCR4H CCR4L BKR DTR OISR",
    0x5300: "TIM2: CR1 IER SR1 SR2 EGR CCMR1 CCMR2 CCMR3 CCER1 CCER2 CNTRH CNTRL PSCR ARRH ARRL CCR1H CCR1L CCR2H"
    " CCR2L CCR3H CCR3L",
    0x5320: "TIM3: CR1 IER SR1 SR2 EGR CCMR1 CCMR2 CCER1 CNTRH CNTRL PSCR ARRH ARRL CCR1H CCR1L CCR2H CCR2L",
    0x5340: "TIM4: CR1 IER SR EGR CNTR PSCR ARR",
    0x53E0: "ADC: DB0RH DB0RL DB1RH DB1RL DB2RH DB2RL DB3RH DB3RL DB4RH DB4RL DB5RH DB5RL DB6RH DB6RL DB7RH DB7RL"
    " DB8RH DB8RL DB9RH DB9RL",
    0x5400: "ADC: CSR CR1 CR2 CR3 DRH DRL TDRH TDRL HTRH HTRL LTRH LTRL AWSRH AWSRL AWCRH AWCRL",
    0x7F60: "CFG: GCR",
    0x7F70: "ITC: SPR1 SPR2 SPR3 SPR4 SPR5 SPR6 SPR7 SPR8",
} | {0x5000 + 5 * number: f"P{port}: ODR IDR DDR CR1 CR2" for number, port in enumerate("ABCDEFGHI")}


def _names() -> Iterator[tuple[int, str]]:
    for start, block in sorted(_BLOCKS.items()):
        peripheral, registers = block.split(": ")
        for address, register in enumerate(registers.split(), start):
            if register != "-":
                yield address, f"{peripheral}_{register}"


STM8 = Machine(
    name="stm8",
    core="stm8",
    registers=dict(_names()),
    counts_cycles=True,
    cycles_per_cpu_second=10_000_000,  # 60 million were the fewest seen
)
"""Registers are those of the STM8S105. Cycles are those of PM0044's tables, without stalls of the pipeline."""
