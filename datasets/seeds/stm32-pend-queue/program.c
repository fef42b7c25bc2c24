/* Deferred work: interrupts post jobs into a ring, PendSV at the lowest priority runs them in their order. */
#include <stdbool.h>
#include <stdint.h>

#define SCB_ICSR (*(volatile uint32_t *)0xE000ED04)
#define SCB_ICSR_PENDSVCLR (1u << 27)
#define SCB_ICSR_PENDSVSET (1u << 28)
#define SCB_SHPR3 (*(volatile uint32_t *)0xE000ED20)

#define QUEUE_SIZE 16
#define PEND_PRIORITY 15 /* of 16 levels; nothing may be less urgent than PendSV */
#define QUEUE_MASK (QUEUE_SIZE - 1u)

#if QUEUE_SIZE & (QUEUE_SIZE - 1)
#error "free-running indices need a power of two"
#endif

typedef void (*pend_function_t)(uint32_t argument);

typedef struct {
    pend_function_t function;
    uint32_t argument;
} job_t;

static volatile job_t jobs[QUEUE_SIZE]; /* volatile as the indices: a job is stored before head moves */
static volatile uint32_t head;          /* producers only, with interrupts masked */
static volatile uint32_t tail;          /* PendSV only: a single consumer needs no lock */
static volatile uint32_t lost;
static volatile uint32_t peak;

/* Masks all interrupts and returns PRIMASK as it was before; C has no word for that register. */
uint32_t irq_save(void);

/* Puts PRIMASK back: a caller that had interrupts masked finds them masked. */
void irq_restore(uint32_t primask);

__asm(
    ".syntax unified\n"
    ".text\n"
    ".p2align 1\n"
    ".thumb_func\n"
    ".type irq_save, %function\n"
    ".global irq_save\n"
    "irq_save:\n"
    "    mrs r0, primask\n"
    "    cpsid i\n"
    "    bx lr\n"
    ".thumb_func\n"
    ".type irq_restore, %function\n"
    ".global irq_restore\n"
    "irq_restore:\n"
    "    msr primask, r0\n"
    "    bx lr\n"
);

/* Empties the queue. To be called before the interrupts that post are enabled. */
void pend_init(void)
{
    uint32_t primask = irq_save();

    head = 0;
    tail = 0;
    lost = 0;
    peak = 0;
    SCB_ICSR = SCB_ICSR_PENDSVCLR;
    SCB_SHPR3 = (SCB_SHPR3 & 0xFF00FFFFu) | ((uint32_t)PEND_PRIORITY << 20); /* SysTick keeps its own */
    irq_restore(primask);
}

/* From any context. False when the queue is full; the job is then counted as lost. */
bool pend_post(pend_function_t function, uint32_t argument)
{
    uint32_t primask = irq_save(); /* producers of different priority may interrupt each other */
    uint32_t filled = head - tail;
    bool room = filled < QUEUE_SIZE;

    if (room) {
        jobs[head & QUEUE_MASK].function = function;
        jobs[head & QUEUE_MASK].argument = argument;
        head++; /* only now may PendSV see it */
        if (filled + 1 > peak)
            peak = filled + 1;
        SCB_ICSR = SCB_ICSR_PENDSVSET; /* zeros change nothing in this register */
    } else {
        lost++;
    }
    irq_restore(primask);
    return room;
}

/* Runs what was queued when it began; what the jobs post themselves has pended it again. */
void PendSV_Handler(void)
{
    uint32_t end = head;

    while (tail != end) {
        pend_function_t function = jobs[tail & QUEUE_MASK].function;
        uint32_t argument = jobs[tail & QUEUE_MASK].argument;

        tail++; /* copied: the place is free, also for the job itself */
        function(argument);
    }
}

/* Jobs that found the queue full. */
uint32_t pend_lost(void)
{
    return lost;
}

/* The most jobs that ever waited together: how large the queue has to be. */
uint32_t pend_peak(void)
{
    return peak;
}
