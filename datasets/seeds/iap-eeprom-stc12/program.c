/* Data flash of the STC12C5A60S2: reads, byte writes and sector erases by IAP. */
#include <stc12.h>
#include <stdint.h>

#define WAIT_CODE 3      /* IAP_CONTR bits 2..0: flash timing for the clock in use */
#define DATA_SECTORS 2   /* of the data flash, those that this application owns */
#define SECTOR_SIZE 512

#define IAP_ENABLE 0x80
#define IAP_FAILED 0x10 /* CMD_FAIL */

#define IAP_IDLE 0
#define IAP_READ 1
#define IAP_PROGRAM 2
#define IAP_ERASE 3

#define TRIGGER_1 0x5A
#define TRIGGER_2 0xA5

#define LOW_VOLTAGE 0x20 /* LVDF in PCON: stays set until software clears it */

enum iap_result {
    IAP_OK,
    IAP_BAD_ADDRESS,
    IAP_LOW_SUPPLY,
    IAP_NOT_ERASED,
    IAP_ERROR
};

static uint8_t is_ours(uint16_t address)
{
    return address < DATA_SECTORS * SECTOR_SIZE;
}

/* The flag remembers an old dip; what counts is whether it comes back. */
static uint8_t supply_is_low(void)
{
    PCON &= ~LOW_VOLTAGE;
    return PCON & LOW_VOLTAGE;
}

/* One IAP command; afterwards IAP is off and points nowhere, so that a runaway program cannot trigger it. */
static uint8_t execute(uint8_t command, uint16_t address)
{
    uint8_t failed;
    __bit enabled = EA;

    IAP_CONTR = IAP_ENABLE | WAIT_CODE;
    IAP_CMD = command;
    IAP_ADDRH = address >> 8;
    IAP_ADDRL = address & 0xFF;
    EA = 0; /* an interrupt between the two triggers would cancel the command */
    IAP_TRIG = TRIGGER_1;
    IAP_TRIG = TRIGGER_2; /* the CPU stands still until the flash is ready */
    EA = enabled;
    failed = IAP_CONTR & IAP_FAILED;
    IAP_CONTR = 0;
    IAP_CMD = IAP_IDLE;
    IAP_TRIG = 0;
    IAP_ADDRH = 0xFF;
    IAP_ADDRL = 0xFF;
    return failed ? IAP_ERROR : IAP_OK;
}

/* Reads one byte; an address beyond the own sectors reads as erased. */
uint8_t iap_read(uint16_t address)
{
    if (!is_ours(address))
        return 0xFF;
    execute(IAP_READ, address);
    return IAP_DATA;
}

/* Writes one byte; refused where a bit would have to go from 0 to 1, which only erasing can do. */
uint8_t iap_write(uint16_t address, uint8_t value)
{
    if (!is_ours(address))
        return IAP_BAD_ADDRESS;
    if (supply_is_low())
        return IAP_LOW_SUPPLY;
    if (value & ~iap_read(address))
        return IAP_NOT_ERASED;
    IAP_DATA = value;
    if (execute(IAP_PROGRAM, address) != IAP_OK)
        return IAP_ERROR;
    return iap_read(address) == value ? IAP_OK : IAP_ERROR;
}

/* Erases the sector in which the address lies. */
uint8_t iap_erase(uint16_t address)
{
    if (!is_ours(address))
        return IAP_BAD_ADDRESS;
    if (supply_is_low())
        return IAP_LOW_SUPPLY;
    return execute(IAP_ERASE, address);
}
