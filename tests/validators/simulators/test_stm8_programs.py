"""What sdcc makes of C, run on our STM8 core and on uCsim: the same memory and registers at the end."""

from __future__ import annotations

import pytest

from tests.validators.simulators import ucsim_stm8
from tests.validators.simulators.ucsim import Run
from validators.sandbox.runner import Sandbox
from validators.simulators.machine import Job, Simulator
from validators.simulators.stm8 import STM8

SDCC = ("sdcc", "-mstm8", "--std-sdcc99", "--max-allocs-per-node", "500")

ARITHMETIC = """
static volatile int8_t small[] = {-128, -7, -1, 0, 1, 5, 127};
static volatile uint8_t bytes[] = {0, 1, 2, 7, 16, 127, 128, 255};
static volatile int16_t words[] = {-32768, -300, -1, 0, 1, 255, 4096, 32767};
static volatile float reals[] = {0.5f, -3.25f, 1000.0f};
uint16_t sum;
int16_t signed_sum;
float real_sum;
void work(void)
{
    for (uint8_t i = 0; i < 8; i++)
        for (uint8_t j = 0; j < 8; j++) {
            uint8_t a = bytes[i], b = bytes[j];
            int16_t x = words[i], y = words[j];
            sum = sum * 3 + (uint8_t)(a + b) + (a - b) * 5 + (uint16_t)a * b + (a << (j & 3)) + (a >> (j & 3));
            sum ^= b ? a / b + a % b : 99;
            signed_sum = signed_sum * 7 + (x + y) - (x >> 3) + (y << 1) + (x < y) - (x == y) + small[i & 3] * y;
            if (y)
                signed_sum += x / y - x % y;
        }
    for (uint8_t i = 0; i < 3; i++)
        real_sum = real_sum * 1.5f + reals[i] / 3 - (int16_t)real_sum;
}
"""

SWITCH = """
typedef enum { IDLE, HEADER, LENGTH, PAYLOAD, CHECK, BAD } State;
static volatile uint8_t stream[] = {1, 0xAA, 3, 10, 20, 30, 60, 0xAA, 1, 9, 8, 0xAA, 0, 0, 2, 0xAA, 2, 250, 10, 4};
struct { uint8_t frames, errors, length, sum, got[8]; State state; } parser;
static void step(uint8_t byte)
{
    switch (parser.state) {
    case IDLE: if (byte == 0xAA) parser.state = LENGTH; break;
    case LENGTH: parser.length = byte; parser.sum = 0; parser.state = byte > 8 ? BAD : byte ? PAYLOAD : CHECK; break;
    case PAYLOAD:
        parser.got[--parser.length] = byte;
        parser.sum += byte;
        if (!parser.length) parser.state = CHECK;
        break;
    case CHECK: if (byte == parser.sum) parser.frames++; else parser.errors++; parser.state = IDLE; break;
    default: parser.state = IDLE; parser.errors += 16;
    }
}
static uint16_t dense(uint8_t n)
{
    switch (n & 15) {
    case 0: return 7; case 1: return 300; case 2: return 11; case 3: return 4000; case 4: return 1; case 5: return 2;
    case 6: return 600; case 7: return 9; case 9: return 1234; case 10: return 60000; default: return n;
    }
}
uint16_t total;
void work(void)
{
    for (uint8_t i = 0; i < sizeof stream; i++) {
        step(stream[i]);
        total = total * 5 + dense(stream[i]);
    }
}
"""

LONG = """
static volatile uint32_t seeds[] = {0, 1, 0xFFFFFFFF, 0x80000000, 123456789, 0x00010000};
uint32_t mixed, crc = 0xFFFFFFFF;
int32_t signed_mixed;
uint64_t wide = 1;
void work(void)
{
    for (uint8_t i = 0; i < 6; i++) {
        uint32_t a = seeds[i], b = seeds[(i + 4) % 6];
        mixed = mixed * 2654435761u + (a ^ b << 5) + (a >> 7) + (a < b);
        if (b)
            mixed += a / b + a % b;
        signed_mixed = signed_mixed * 31 + (int32_t)a / 1000 - (int32_t)b % 77 + ((int32_t)a >> 4);
        wide = wide * 6364136223846793005ull + a;
        for (uint8_t bit = 0; bit < 32; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        crc ^= a;
    }
}
"""

POINTERS = """
#include <string.h>
struct node { struct node *next; uint8_t key; int16_t value; };
static struct node nodes[6], *head;
static const char *const names[] = {"alpha", "be", "gamma ray", ""};
static int16_t twice(int16_t v) { return v * 2; }
static int16_t less(int16_t v) { return v - 1000; }
static int16_t (*const function[])(int16_t) = {twice, less};
char text[32];
int16_t results[6];
uint8_t lengths[4];
static void insert(struct node **at, struct node *fresh)
{
    while (*at && (*at)->key < fresh->key)
        at = &(*at)->next;
    fresh->next = *at;
    *at = fresh;
}
void work(void)
{
    static const uint8_t keys[] = {5, 3, 9, 1, 7, 2};
    uint8_t n = 0;
    for (uint8_t i = 0; i < 6; i++) {
        nodes[i].key = keys[i];
        nodes[i].value = i * 111;
        insert(&head, &nodes[i]);
    }
    for (struct node *at = head; at; at = at->next, n++)
        results[n] = function[n & 1](at->value);
    for (uint8_t i = 0; i < 4; i++) {
        lengths[i] = strlen(names[i]);
        strcat(text, names[i]);
    }
    memmove(text + 3, text, 9);
}
"""

RECURSION = """
uint16_t calls, answer, moves;
static uint16_t ackermann(uint8_t m, uint16_t n)
{
    calls++;
    return m == 0 ? n + 1 : n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}
static void hanoi(uint8_t n, uint8_t from, uint8_t to)
{
    if (!n)
        return;
    hanoi(n - 1, from, 6 - from - to);
    moves = moves * 7 + from * 3 + to;
    hanoi(n - 1, 6 - from - to, to);
}
void work(void)
{
    answer = ackermann(2, 5);
    hanoi(6, 1, 3);
}
"""

PROGRAMS = {
    "arithmetic": ARITHMETIC,
    "switch": SWITCH,
    "long": LONG,
    "pointers": POINTERS,
    "recursion": RECURSION,
}


@pytest.fixture(scope="module")
def images(sandbox: Sandbox) -> dict[str, bytes]:
    """The programs' images; each works once and then waits for ever."""
    built = {}
    for name, program in PROGRAMS.items():
        source = f"#include <stdint.h>\n{program}\nvoid main(void) {{ work(); for (;;) ; }}\n"
        done = sandbox.run([*SDCC, "p.c"], files={"p.c": source.encode()}, keep=["p.ihx"])
        assert done.ok, done
        built[name] = done.files["p.ihx"]
    return built


def test_compiled_programs_end_as_on_ucsim(sandbox: Sandbox, images: dict[str, bytes]) -> None:
    """In the same registers and memory, after the same instructions."""
    simulator = Simulator(sandbox, STM8)
    traces = simulator.run([Job(image, fill=0, stop_after=10_000_000) for image in images.values()])
    assert [trace.outcome for trace in traces] == ["cycle-limit"] * len(PROGRAMS)
    runs = [Run(image, trace.instructions) for image, trace in zip(images.values(), traces, strict=True)]
    theirs, _ = ucsim_stm8.states(sandbox, runs)
    ours = [ucsim_stm8.State.of(trace) for trace in traces]
    assert dict(zip(images, ours, strict=True)) == dict(zip(images, theirs, strict=True))


def test_compiled_programs_do_not_read_what_nobody_wrote(sandbox: Sandbox, images: dict[str, bytes]) -> None:
    """Whatever memory holds at power-up, they take the same way; only stack and fill differ at the end."""
    simulator = Simulator(sandbox, STM8)
    for image in images.values():
        one, two = simulator.run([Job(image, fill=fill, stop_after=10_000_000) for fill in (1, 2)])
        assert one.instructions == two.instructions
        assert one.state != two.state
