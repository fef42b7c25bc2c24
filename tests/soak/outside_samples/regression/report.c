/* SPDX-License-Identifier: Apache-2.0 */
/* Says how the tests of one file went. */
#include <stdio.h>

int soak_tests, soak_failures;

int report(void)
{
    printf("%d tests, %d failures", soak_tests, soak_failures);
    return soak_failures != 0;
}
