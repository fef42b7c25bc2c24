/* SPDX-License-Identifier: Apache-2.0
 *
 * Makes sdcc's dialect of C for the 8051 parse under gcc and clang. Included before every program; the program itself
 * had its asm blocks blanked and the numbers after __at, __interrupt and __using put in parentheses.
 */
#ifndef DIALECT_SHIM_H
#define DIALECT_SHIM_H

/* The device headers and many programs ask for these. */
#define SDCC 420
#define __SDCC 4_2_0
#define __SDCC_VERSION_MAJOR 4
#define __SDCC_VERSION_MINOR 2
#define __SDCC_VERSION_PATCH 0
/* A compiler for a chip of its own says itself which one. */
#if !defined(__AVR__) && !defined(__arm__)
#define __SDCC_mcs51 1
#define SDCC_mcs51 1
#define __SDCC_MODEL_SMALL 1
#endif

/* Registers are read and written by the hardware as well. */
#define __sfr volatile unsigned char
#define __sfr16 volatile unsigned short
#define __sfr32 volatile unsigned int
#define __sbit volatile _Bool
#define __bit _Bool

/* Memory spaces have no meaning here. __code does not become const: sdcc itself refuses to write there, and a second
 * const would provoke warnings that the program does not deserve. */
#define __code
#define __data
#define __near
#define __idata
#define __pdata
#define __xdata
#define __far

#define __at(address)
#define __interrupt(number)
#define __using(bank)
#define __reentrant
#define __nonbanked
#define __banked
#define __critical
#define __naked
#define __trap

#endif
