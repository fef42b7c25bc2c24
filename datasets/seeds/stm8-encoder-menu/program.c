/* Settings menu with one rotary encoder and its button: TIM4 samples them, the main loop runs the menu. */
#include <stdbool.h>
#include <stdint.h>

#define PB_IDR (*(volatile uint8_t *)0x5006)
#define PB_DDR (*(volatile uint8_t *)0x5007)
#define PB_CR1 (*(volatile uint8_t *)0x5008)
#define PB_CR2 (*(volatile uint8_t *)0x5009)
#define TIM4_CR1 (*(volatile uint8_t *)0x5340)
#define TIM4_IER (*(volatile uint8_t *)0x5341)
#define TIM4_SR (*(volatile uint8_t *)0x5342)
#define TIM4_EGR (*(volatile uint8_t *)0x5343)
#define TIM4_PSCR (*(volatile uint8_t *)0x5345)
#define TIM4_ARR (*(volatile uint8_t *)0x5346)

#define CEN 0x01 /* CR1 */
#define UIE 0x01 /* IER */
#define UIF 0x01 /* SR */
#define UG 0x01  /* EGR */
#define PRESCALER 7 /* 16 MHz / 2^7 = 125 kHz */
#define RELOAD 124  /* 125 counts: 1 ms */

#define A_BIT 0 /* port B: contacts to ground, pull-ups inside */
#define B_BIT 1
#define KEY_BIT 2
#define A (1 << A_BIT)
#define B (1 << B_BIT)
#define KEY (1 << KEY_BIT)
#define PINS (A | B | KEY)

#define DETENT 4 /* quarter steps from one detent to the next */
#define DEBOUNCE_MS 10
#define TIMEOUT_MS 5000 /* editing that is left alone so long is given up */
#define MOST_CLICKS 100

#define ITEMS 3

typedef struct {
    int16_t lowest;
    int16_t highest;
    int16_t first; /* after menu_init */
} Range;

static const Range RANGE[ITEMS] = {{0, 500, 250}, {-20, 40, 21}, {1, 12, 6}};
static const Range LIST = {0, ITEMS - 1, 0};

/* By the last two states of A and B, the older one first: 1 clockwise, -1 back, 0 for none and for a lost step. */
static const int8_t QUARTER[16] = {0, -1, 1, 0, 1, 0, 0, -1, -1, 0, 0, 1, 0, 1, -1, 0};

static volatile int8_t clicks; /* the interrupt adds, menu_poll takes */
static volatile bool pressed;
static volatile uint16_t quiet_ms; /* since the last click or press; stops at TIMEOUT_MS */

static uint8_t states; /* of A and B, the newest in the lowest two bits */
static int8_t quarters;
static uint8_t unlike_ms; /* how long the key's pin has differed from key_down */
static bool key_down;

static int16_t values[ITEMS];
static int16_t draft; /* the value that is being edited */
static uint8_t item;
static bool editing;

static uint8_t contacts(uint8_t pins)
{
    uint8_t state = 0;

    if (pins & A)
        state |= 2;
    if (pins & B)
        state |= 1;
    return state;
}

static void turn(uint8_t pins)
{
    states = (uint8_t)(states << 2 | contacts(pins)) & 0x0F;
    quarters += QUARTER[states];
    if (quarters == DETENT || quarters == -DETENT) {
        if (quarters > 0 && clicks < MOST_CLICKS)
            clicks++;
        if (quarters < 0 && clicks > -MOST_CLICKS)
            clicks--;
        quarters = 0;
        quiet_ms = 0;
    }
}

static void push(uint8_t pins)
{
    bool low = !(pins & KEY);

    if (low == key_down) {
        unlike_ms = 0;
        return;
    }
    unlike_ms++;
    if (unlike_ms < DEBOUNCE_MS)
        return;
    unlike_ms = 0;
    key_down = low;
    if (low) {
        pressed = true;
        quiet_ms = 0;
    }
}

/* Every millisecond, so slow bounces of the key and fast turns of the knob are both seen. */
void tim4_isr(void) __interrupt(23)
{
    uint8_t pins = PB_IDR;

    TIM4_SR = (uint8_t)~UIF;
    if (quiet_ms < TIMEOUT_MS)
        quiet_ms++;
    turn(pins);
    push(pins);
}

/* Sets up pins, tick and menu; the caller enables interrupts as a whole. */
void menu_init(void)
{
    uint8_t i;

    TIM4_IER = 0;
    PB_DDR &= (uint8_t)~PINS;
    PB_CR1 |= PINS;           /* pull-ups */
    PB_CR2 &= (uint8_t)~PINS; /* no pin interrupts */
    states = contacts(PB_IDR); /* where it stands is no step */
    quarters = 0;
    unlike_ms = 0;
    key_down = false;
    clicks = 0;
    pressed = false;
    quiet_ms = 0;
    for (i = 0; i < ITEMS; i++)
        values[i] = RANGE[i].first;
    item = 0;
    editing = false;
    TIM4_PSCR = PRESCALER;
    TIM4_ARR = RELOAD;
    TIM4_EGR = UG;
    TIM4_SR = (uint8_t)~UIF;
    TIM4_IER = UIE;
    TIM4_CR1 = CEN;
}

static int16_t limited(int16_t number, const Range *range)
{
    if (number < range->lowest)
        number = range->lowest;
    if (number > range->highest)
        number = range->highest;
    return number;
}

/* Number of the item that is shown. */
uint8_t menu_item(void)
{
    return item;
}

/* Whether turning changes the value and not the item. */
bool menu_editing(void)
{
    return editing;
}

/* The value that is shown with the item. */
int16_t menu_value(void)
{
    return editing ? draft : values[item];
}

/* Does what was asked for by knob and key since the last call, the turn before the press; true when there is something
   new to show. */
bool menu_poll(void)
{
    uint8_t old_item = item;
    bool was_editing = editing;
    int16_t old_draft = draft;
    int8_t turned;
    bool confirmed;
    uint16_t quiet;

    TIM4_IER = 0; /* what is taken is taken in one piece */
    turned = clicks;
    clicks = 0;
    confirmed = pressed;
    pressed = false;
    quiet = quiet_ms;
    TIM4_IER = UIE;

    if (editing) {
        draft = limited(draft + turned, &RANGE[item]);
        if (confirmed)
            values[item] = draft;
        if (confirmed || quiet == TIMEOUT_MS)
            editing = false;
    } else {
        item = (uint8_t)limited(item + turned, &LIST);
        if (confirmed) {
            draft = values[item];
            editing = true;
        }
    }
    return item != old_item || editing != was_editing || (editing && draft != old_draft);
}
