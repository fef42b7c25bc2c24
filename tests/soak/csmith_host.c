/* SPDX-License-Identifier: Apache-2.0
 *
 * What csmith's programs call, on the host: each value that a program ends with is printed. The argument is the most
 * milliseconds of CPU.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

uint32_t crc32_context;
int program_main(void);

void platform_main_begin(void)
{
}

void crc32_gentab(void)
{
}

void transparent_crc(uint32_t value, const char *name, int flag)
{
    (void)name;
    (void)flag;
    printf("%lX ", (unsigned long)value);
}

void platform_main_end(uint32_t crc, int flag)
{
    (void)crc;
    (void)flag;
}

int main(int count, char **arguments)
{
    long most = count > 1 ? atol(arguments[1]) : 1000;
    struct itimerval timer = {{0, 0}, {most / 1000, most % 1000 * 1000}};

    setitimer(ITIMER_VIRTUAL, &timer, 0);
    return program_main();
}
