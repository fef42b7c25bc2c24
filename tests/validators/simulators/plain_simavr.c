/* SPDX-License-Identifier: Apache-2.0
 *
 * simavr as it is, with its own loader, loop and peripherals: runs an image and tells its state, cycles and RAM.
 */
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void say_nothing(avr_t *avr, const int level, const char *format, va_list arguments)
{
    (void)avr, (void)level, (void)format, (void)arguments;
}

int main(int count, char **argument)
{
    static elf_firmware_t firmware;
    avr_global_logger_set(say_nothing);
    if (count != 3 || elf_read_firmware(argument[1], &firmware))
        return 2;
    avr_t *avr = avr_make_mcu_by_name("atmega328p");
    avr_init(avr);
    avr_load_firmware(avr, &firmware);
    int state = cpu_Running;
    while (avr->cycle < strtoull(argument[2], NULL, 10) && state != cpu_Done && state != cpu_Crashed)
        state = avr_run(avr);
    printf("%d %llu ", state == cpu_Done, (unsigned long long)avr->cycle);
    for (int i = 0x100; i <= 0x8FF; i++)
        printf("%02X", avr->data[i]);
    putchar('\n');
    avr_terminate(avr);
    return 0;
}
