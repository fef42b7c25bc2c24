/* SPDX-License-Identifier: Apache-2.0 */
/* What sdcc's regression tests include, for this machine: it counts, and prints no lines, as those move. */
#ifndef TESTFWK_H
#define TESTFWK_H

extern int soak_tests, soak_failures;

#define ASSERT(x) (++soak_tests, (x) ? (void)0 : (void)++soak_failures)
#define ASSERTFALSE(x) ASSERT(!(x))
#define FAIL() ((void)++soak_failures)
#define FAILM(x) FAIL()
#define LOG(x) ((void)0)
#define UNUSED(x) if (x) { }
#define SDCC_PDK_BITS(x) 0

#define _AUTOMEM
#define _STATMEM
#define __data
#define __idata
#define __pdata
#define __xdata
#define __code
#define __near
#define __far
#define __reentrant
#define __smallc
#define __z88dk_fastcall
#define __z88dk_callee
#define __at(x)

#endif
