/* SPDX-License-Identifier: Apache-2.0
 *
 * The processors of unicorn that nothing here emulates. Its library refers to all of them; with these in their place
 * the linker leaves their code out, and the executable has 2 MB instead of 20.
 */
#include <stdlib.h>

#define ABSENT(name) \
    void uc_init_##name(void); \
    void reg_read_##name(void); \
    void reg_write_##name(void); \
    void uc_init_##name(void) { abort(); } \
    void reg_read_##name(void) { abort(); } \
    void reg_write_##name(void) { abort(); }

ABSENT(aarch64)
ABSENT(m68k)
ABSENT(mips)
ABSENT(mips64)
ABSENT(mips64el)
ABSENT(mipsel)
ABSENT(ppc)
ABSENT(ppc64)
ABSENT(riscv32)
ABSENT(riscv64)
ABSENT(s390x)
ABSENT(sparc)
ABSENT(sparc64)
ABSENT(tricore)
ABSENT(x86_64)
