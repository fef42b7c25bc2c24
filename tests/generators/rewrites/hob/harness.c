/* SPDX-License-Identifier: Apache-2.0 */
void main(void)
{
    uint8_t i;
    uint8_t n;

    hob_init();
    for (i = 0; i < 12; i++) {
        SIM_MARK(i);
        n = (uint8_t)SIM_DRAW(0, 255);
        SIM_REPORT(hob_power(i));
        SIM_REPORT(hob_power(n));
        hob_next();
        hob_run(i);
        SIM_REPORT(hob_beeps());
        hob_run(n & 3);
        SIM_REPORT(hob_beeps());
        hob_select();
        SIM_REPORT(hob_mask(i));
        SIM_REPORT(hob_mask(n));
        SIM_REPORT(hob_total());
        SIM_REPORT(hob_angle(i));
        SIM_REPORT(hob_slot(i));
        hob_show(n);
        SIM_REPORT(hob_watts(n));
    }
    SIM_DONE();
}
