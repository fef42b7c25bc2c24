/* SPDX-License-Identifier: Apache-2.0
 *
 * What csmith 2.3 makes of seed 22, for the tests.
 */
#define NO_LONGLONG

#include "csmith.h"


static long __undefined;


struct S0 {
   int32_t  f0;
   const int32_t  f1;
   volatile uint32_t  f2;
};


static uint8_t g_15 = 0x78;
static uint32_t g_17[1] = {0xEC3D4E70};
static int32_t g_21[3] = {5,5,5};
static int32_t g_32[2] = {0,0};
static volatile struct S0 g_44 = {1,0x03123491,4294967294U};
static volatile struct S0 g_45[1] = {{0xF6604C38,0,0x5ABA8B03}};
static int32_t g_49 = (-2);



static uint32_t  func_1(void);
static int32_t * func_2(uint32_t  p_3, uint32_t  p_4, int16_t  p_5, int32_t  p_6, int32_t * p_7);
static int8_t  func_11(int16_t  p_12);




static uint32_t  func_1(void)
{ 
    int32_t l_8 = 0x9EA41449;
    uint32_t *l_16 = &g_17[0];
    int32_t l_47[3];
    int32_t *l_48 = &g_49;
    int32_t *l_50[4];
    int i;
    for (i = 0; i < 3; i++)
        l_47[i] = 0x7069E5F9;
    for (i = 0; i < 4; i++)
        l_50[i] = &g_21[1];
    l_50[0] = (l_48 = func_2(((l_8 <= (safe_sub_func_int8_t_s_s(func_11((((*l_16) = (safe_lshift_func_int8_t_s_u(g_15, g_15))) != l_8)), 0x1E))) , 0x113D7AFF), l_8, l_47[1], l_8, l_48));
    return (*l_48);
}



static int32_t * func_2(uint32_t  p_3, uint32_t  p_4, int16_t  p_5, int32_t  p_6, int32_t * p_7)
{ 
    return &g_32[1];
}



static int8_t  func_11(int16_t  p_12)
{ 
    uint32_t *l_28[1];
    uint32_t *l_29 = &g_17[0];
    int32_t l_30 = 0x33920027;
    int i;
    for (i = 0; i < 1; i++)
        l_28[i] = &g_17[0];
    for (g_15 = 0; (g_15 >= 12); g_15++)
    { 
        uint32_t l_33 = 8U;
        int32_t *l_46[2];
        int i;
        for (i = 0; i < 2; i++)
            l_46[i] = &g_21[0];
        for (p_12 = 0; (p_12 >= 0); p_12 -= 1)
        { 
            int32_t *l_20[4];
            int i;
            for (i = 0; i < 4; i++)
                l_20[i] = &g_21[1];
            g_21[0] = (-1);
            return g_17[p_12];
        }
        for (p_12 = 0; (p_12 <= 2); p_12 += 1)
        { 
            int32_t *l_31 = &g_32[1];
            int i;
            (*l_31) |= (safe_div_func_int8_t_s_s(((((safe_sub_func_uint8_t_u_u(((safe_add_func_int16_t_s_s((((l_28[0] = &g_17[0]) == l_29) , g_21[1]), l_30)) != 1U), g_17[0])) <= g_21[0]) , 3) || 0), g_15));
            if (l_33)
                continue;
        }
        g_32[0] = ((((((((safe_mod_func_uint16_t_u_u((((safe_mul_func_uint16_t_u_u(p_12, (((safe_div_func_int8_t_s_s(((safe_add_func_uint8_t_u_u(l_33, p_12)) <= l_30), (-4))) == p_12) < 0xDFFA870C))) , g_44) , g_21[1]), g_17[0])) < l_30) & p_12) && 0) & 0xDA4A) && 1) , g_45[0]) , p_12);
    }
    return l_30;
}





int main (void)
{
    int i;
    int print_hash_value = 0;
    platform_main_begin();
    crc32_gentab();
    func_1();
    transparent_crc(g_15, "g_15", print_hash_value);
    for (i = 0; i < 1; i++)
    {
        transparent_crc(g_17[i], "g_17[i]", print_hash_value);
        if (print_hash_value) printf("index = [%d]\n", i);

    }
    for (i = 0; i < 3; i++)
    {
        transparent_crc(g_21[i], "g_21[i]", print_hash_value);
        if (print_hash_value) printf("index = [%d]\n", i);

    }
    for (i = 0; i < 2; i++)
    {
        transparent_crc(g_32[i], "g_32[i]", print_hash_value);
        if (print_hash_value) printf("index = [%d]\n", i);

    }
    transparent_crc(g_44.f0, "g_44.f0", print_hash_value);
    transparent_crc(g_44.f1, "g_44.f1", print_hash_value);
    transparent_crc(g_44.f2, "g_44.f2", print_hash_value);
    for (i = 0; i < 1; i++)
    {
        transparent_crc(g_45[i].f0, "g_45[i].f0", print_hash_value);
        transparent_crc(g_45[i].f1, "g_45[i].f1", print_hash_value);
        transparent_crc(g_45[i].f2, "g_45[i].f2", print_hash_value);
        if (print_hash_value) printf("index = [%d]\n", i);

    }
    transparent_crc(g_49, "g_49", print_hash_value);
    platform_main_end(crc32_context ^ 0xFFFFFFFFUL, print_hash_value);
    return 0;
}
