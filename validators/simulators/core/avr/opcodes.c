/* SPDX-License-Identifier: Apache-2.0
 *
 * What an opcode is, for all 65,536 (AVR Instruction Set Manual DS40002198, the instructions of the ATmega328P).
 * simavr runs what does not exist as NOP, and reads outside its memory for ELPM and EIJMP, so none may reach it.
 */
#include "avr.h"

/* 1001 010x xxxx 1000: BSET and BCLR, and those without operands. SPM outside a boot section does nothing. */
static Kind without_operands(uint16_t opcode)
{
    if (opcode < 0x9500)
        return PLAIN;
    switch (opcode) {
    case 0x9508: return RETURN;
    case 0x9518: return RETURN_FROM_INTERRUPT;
    case 0x9588: return SLEEP;
    case 0x9598: /* BREAK */
    case 0x95A8: /* WDR */
    case 0x95C8: /* LPM */
    case 0x95E8: /* SPM */
        return PLAIN;
    default: return ILLEGAL;
    }
}

/* 1001 010x: one register, jumps and calls. */
static Kind one_operand(uint16_t opcode)
{
    switch (opcode & 0xF) {
    case 0x4: case 0xB: return ILLEGAL;
    case 0x8: return without_operands(opcode);
    case 0x9: return opcode == 0x9409 ? PLAIN : opcode == 0x9509 ? CALL : ILLEGAL;
    case 0xE: case 0xF: return CALL;
    default: return PLAIN;
    }
}

/* 1001 00sx: loads and stores with their own word or a pointer, LPM, PUSH and POP; ELPM is for larger chips. */
static Kind load_or_store(uint16_t opcode)
{
    bool store = opcode & 0x0200;
    switch (opcode & 0xF) {
    case 0x3: case 0x6: case 0x7: case 0x8: case 0xB: return ILLEGAL;
    case 0x4: case 0x5: return store ? ILLEGAL : PLAIN;
    case 0xF: return store ? PUSH : POP;
    default: return PLAIN;
    }
}

static Kind kind_of_9(uint16_t opcode)
{
    switch (opcode >> 8) {
    case 0x90: case 0x91: case 0x92: case 0x93: return load_or_store(opcode);
    case 0x94: case 0x95: return one_operand(opcode);
    case 0x98: return CLEAR_BIT;
    case 0x99: case 0x9B: return SKIP;
    case 0x9A: return SET_BIT;
    default: return PLAIN; /* ADIW, SBIW, MUL */
    }
}

Kind kind_of(uint16_t opcode)
{
    switch (opcode >> 12) {
    case 0x0: return opcode == 0 || opcode > 0xFF ? PLAIN : ILLEGAL;
    case 0x1: return (opcode & 0xFC00) == 0x1000 ? SKIP : PLAIN; /* CPSE */
    case 0x9: return kind_of_9(opcode);
    case 0xB: return (opcode & 0xFE0F) == 0xBE0D || (opcode & 0xFE0F) == 0xBE0E ? SET_STACK : PLAIN;
    case 0xC: return opcode == 0xCFFF ? SELF_JUMP : PLAIN;
    case 0xD: return CALL;
    case 0xF:
        if (opcode < 0xF800)
            return BRANCH;
        return opcode & 8 ? ILLEGAL : opcode < 0xFC00 ? PLAIN : SKIP;
    default: return PLAIN;
    }
}

bool is_two_words(uint16_t opcode)
{
    return (opcode & 0xFC0F) == 0x9000 || (opcode & 0xFE0C) == 0x940C; /* LDS and STS; JMP and CALL */
}
