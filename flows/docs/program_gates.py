"""What the gates on seeds and Programs look at, and what their words mean; a test holds this against the code."""

from __future__ import annotations

from flows.docs.gate import Gate, Reasons
from validators.screen import Screen

_COMPILE: Reasons = (
    ("syntax-error", "the compiler's parser refuses the text"),
    ("missing-header", "a header that the text includes is not there"),
    ("compile-error", "it parses and is refused: an undeclared name, a wrong type, an option's -Werror"),
    ("assembler-error", "the assembler refuses what the compiler made, mostly inline assembly"),
    ("link-error", "a name stays undefined, or the program does not fit its memory"),
    ("compiler-crash", "unknown: the compiler itself died, twice"),
    ("never-ends", "unknown: the compiler was stopped at its CPU limit"),
    ("too-much-output", "unknown: the compiler wrote more than its limit"),
    ("no-object", "unknown: the compiler said nothing and left no object, or a broken one"),
    ("disk-full", "unknown: there was no room for the compiler's files, twice"),
    ("worker-died", "unknown: the sandbox's worker was killed, twice"),
)
_BEHAVIOUR: Reasons = (
    ("wrong-output", "an expectation was not met, or an output or a register access differs"),
    ("never-ends", "it did not end within the cycle or event limit, or sleeps with nothing to wake it"),
    ("crashed", "it ran into memory without a program, over its stack, or wrote the simulator's own registers"),
    ("uninitialised-read", "two runs that differ only in what memory held at power-up differ"),
    ("simulator-failed", "unknown: the simulator itself died on the image, twice"),
)

PROGRAM_GATES = (
    Gate(
        ("seeds", "format"),
        "gate",
        "a seed as its author wrote it",
        "The seed's files are read (an error names file, line and field), then its own program goes through every gate "
        "below. A warning, which any other program may have, is not accepted here. The others are used; "
        "`firmseed generate --strict` stops.",
        (
            ("warning", "a compiler warns about the seed's own program"),
            ("broken-seed", "a file or key is missing or wrong, or a text is still to be written"),
        ),
        ("flows/stages/seeds.py", "flows/commands/seeds/check.py"),
    ),
    Gate(
        ("screen",),
        "gate",
        "a Program's text, before any compiler",
        "",
        (
            ("not-unicode", "the text has a lone surrogate"),
            ("hidden-text", "a character that reorders or hides text on a screen (CVE-2021-42574)"),
            (
                "control-character",
                "a control character other than tab, line feed, form feed, or a bare carriage return",
            ),
            ("trigraph", "`??` followed by a trigraph's third character"),
            ("digraph", "`<:`, `%:` and the like"),
            ("too-large", "more bytes than `source_bytes`"),
            ("too-many-lines", "more lines than `lines`"),
            ("line-too-long", "a line longer than `line_bytes`"),
            ("unterminated-string", "a string literal is not closed"),
            ("unterminated-char", "a character literal is not closed"),
            ("unterminated-comment", "a comment is not closed"),
            ("raw-string", "a raw string literal of C++, which C compilers read in different ways"),
            ("unterminated-asm", "an `__asm` that no parenthesis or end follows"),
            ("asm-directive", "assembly that includes files, repeats itself, or uses the preprocessor"),
            ("asm-operand", "assembly text that a macro or an escape could change"),
            ("line-marker", "`#line`, which would point messages at another file"),
            ("embed", "`#embed`"),
            ("unknown-directive", "a preprocessor directive that C does not have"),
            ("computed-include", "an `#include` whose name is a macro"),
            ("include-path", "an `#include` with an absolute path or `..`"),
            ("unknown-header", "a header that is neither the C library's nor a device header of sdcc"),
            ("has-include", "`__has_include`, `__has_embed`: they ask the host's file system"),
            ("pragma", "a pragma that is not on the short list"),
            ("pragma-operator", "`_Pragma` or `__pragma`"),
            ("attribute", "`__attribute__` or `__declspec`"),
            ("builtin", "a `__builtin_` function, but for `unreachable` and `expect`"),
            ("build-time", "`__DATE__`, `__TIME__`, `__TIMESTAMP__`: the object code would change with the clock"),
            ("range", "a GNU range `[a ... b]` or `case a ... b`: one line could fill gigabytes"),
            ("too-deep", "brackets or `#if` nested deeper than `nesting`, or an operator after operator without end"),
            ("giant-array", "an array bound that may exceed `array`"),
            ("macro-bomb", "more tokens after expansion than `tokens`"),
        ),
        ("validators/screen.py", "validators/asm_text.py"),
        settings=(Screen,),
    ),
    Gate(
        ("chip",),
        "gate",
        "a root or a model's program, against the facts of its chip (`datasets/chips`)",
        "Registers and bits are those of the check [unknown-register](findings.md#unknown-register). Sizes are the "
        "program's own, without start-up code, library and stack; outside an 8051 with a bus there may be 64 KB. Of a "
        "part that is not on file nothing is said. Of what is claimed, only plain forms count, in English and Chinese: "
        "`TF0 (bit 5 of TCON)`, `SMOD 是 PCON 的第 7 位`, `TIM4 update, vector 23`.",
        (
            ("unknown-register", "the chip has no such register or bit, or has it at another address"),
            ("clock-out-of-range", "the crystal is none that the chip is made for"),
            ("too-much-code", "more code than the chip has program memory"),
            ("too-much-ram", "more variables than the chip has RAM"),
            ("too-much-xram", "more external variables than the chip has or reaches"),
            ("wrong-bit", "a macro or an `__sbit` has the name of a bit and is another one"),
            ("wrong-claim", "a text or comment gives a bit, a register or an interrupt another place or number"),
        ),
        ("validators/chip_fit.py", "validators/chip_claims.py", "flows/proof.py"),
        constants=(("validators/chip_fit.py", "OUTSIDE"),),
    ),
    Gate(
        ("parse",),
        "gate",
        "a C file given to `firmseed check`",
        "Dialect and all (sdcc and Keil words, `__asm` blocks). In a run this is no gate of its own: a rewrite whose "
        "result does not parse where its input did is refused as `broke-parse`.",
        (("syntax", "the place of the first error is the evidence"),),
        ("flows/examine.py",),
    ),
    Gate(
        (
            *("compile-sdcc", "compile-gcc", "compile-clang", "compile-avr", "compile-arm"),
            *("compile-sdcc-stm8", "compile-sdcc-z80", "compile-sdcc-pdk14", "build"),
        ),
        "gate",
        "a Program's text, by a compiler in the sandbox",
        "`compile-sdcc` is sdcc for the 8051 in the seed's memory model; `compile-clang` is clang for a machine with "
        "16-bit `int`, which reads the same text through a dialect shim and takes many files in one process (a second "
        "opinion, with better warnings); `compile-gcc` is gcc in the same way, asked for seeds, filled templates and a "
        "model's programs. `build` is the program made into an image with its harness. The others are the further "
        "[toolchains](toolchains.md). Warnings are kept and do not fail a program. The dearest honest compile measured "
        "takes 0.4 s of CPU and less than 256 MiB; the limits below stand well above.",
        _COMPILE,
        ("validators/toolchains/judgement.py", "validators/toolchains/outputs.py"),
        constants=(("validators/toolchains/toolchain.py", "COMPILE_LIMITS"),),
    ),
    Gate(
        ("findings", "cppcheck"),
        "gate",
        "a Program's text, by our checks for firmware and by cppcheck",
        "Neither rejects a program: the findings are diagnostics of a passed verdict, for a filter to make more of. "
        "Our checks are on a page of their own, [findings.md](findings.md), and always pass; cppcheck is `unknown` "
        "where it has said nothing about the program.",
        (
            ("missing-tool", "unknown: cppcheck is not installed"),
            ("not-parsed", "unknown: cppcheck's parser cannot read the program"),
            ("checker-crash", "unknown: cppcheck or its MISRA addon died"),
            ("never-ends", "unknown: it was stopped at its limit of time"),
            ("too-much-output", "unknown: it wrote more than its limit"),
            ("unreadable-output", "unknown: what it wrote is no XML that it would write"),
        ),
        ("validators/findings/catalogue.py", "validators/findings/cppcheck.py", "flows/examine.py"),
        constants=(("validators/findings/cppcheck.py", "LIMITS"), ("validators/findings/cppcheck.py", "MOST")),
    ),
    Gate(
        ("harness",),
        "gate",
        "a root (seed or filled template) on the simulator",
        "The program runs with its seed's harness four times: each of `DRAWS` under each of `FILLS`. It passes when "
        "every expectation is met in all four and the runs that differ in `FILLS` only are equal, event by event. "
        "sdcc's start-up code clears internal RAM and declared external variables, so `uninitialised-read` is about "
        "external memory at fixed addresses.",
        _BEHAVIOUR,
        ("validators/behaviour.py",),
        constants=(
            ("validators/behaviour.py", "FILLS"),
            ("validators/behaviour.py", "DRAWS"),
            ("validators/simulators/machine.py", "CYCLE_LIMIT"),
        ),
        recipe=(("CYCLE_LIMIT", "verify.cycles"),),
    ),
    Gate(
        ("equivalent",),
        "gate",
        "one rewrite step, against its parent",
        "The cheapest grade that settles it is taken: equal token streams, else the same machine code and the same "
        "interface (signatures, qualifiers, memory spaces, volatile profile, interrupt attributes, assembly), else the "
        "same outputs and the same ordered register accesses in all runs of the harness; and where only small pure "
        "functions changed, these on every input. A step that edits a function in the seed's `timing` must also leave "
        "the cycle count of every run as it was. A step can also fail to build; the reasons are then those of `build`. "
        "[evidence.md](evidence.md) says what each grade means.",
        (
            *_BEHAVIOUR,
            ("timing-changed", "same outputs, but other cycle counts in a function where timing counts"),
            ("parent-failed", "unknown: the parent itself does not pass, so nothing is proved"),
            (
                "targets-disagree",
                "unknown: one target sees a difference and another sees none, so one compiler is wrong",
            ),
        ),
        ("flows/proof.py", "validators/behaviour.py", "validators/enumeration.py", "validators/opinions.py"),
        passes=(
            ("same-tokens", "only layout or comments differ"),
            ("identical-object", "the same machine code from sdcc, and the same interface"),
            ("enumerated", "only pure functions changed, and they give the same result for every input"),
            ("simulated", "the same outputs and ordered register accesses on the simulator, under all stimuli"),
        ),
    ),
    Gate(
        ("fault",),
        "gate",
        "a mutant, against the program it was made from",
        "A mutant is kept only with a fault that a tool has shown.",
        (
            ("equivalent", "the same machine code: no fault"),
            ("not-seen", "the harness sees no difference"),
            ("no-diagnostic", "unknown: it does not build, but no compiler message points into the program"),
        ),
        ("flows/proof.py",),
        passes=(
            ("refused", "the compiler refuses it; its messages are the evidence"),
            ("seen", "the first event that differs is the evidence"),
            ("finding", "a static check (docs/findings.md) finds in it what it does not find in the original"),
        ),
    ),
    Gate(
        ("evidence",),
        "gate",
        "a Program's grade, against the recipe",
        "The grade of a chain is its weakest step's. A recipe says which grades may be emitted, and which of a model's "
        "programs, which have no harness.",
        (("grade-not-accepted", "the grade is the evidence"),),
        ("flows/stages/expand.py", "flows/stages/model.py"),
        recipe=(("grades", "verify.accept"), ("grades of the model's programs", "verify.accept_model")),
    ),
    Gate(
        ("expand",),
        "gate",
        "a chain of rewrites, within its shard",
        "A chain is drafted without tools, and drafted again where it comes back to a text or a tree that the shard "
        "has, or stays too near to its root. The distance is that of the trees without names, literals and layout: "
        "pq-grams of Augsten, Böhlen and Gamper (VLDB 2005), p = 2, q = 3.",
        (
            ("copy", "the same text from the same seed with the same values, in every draft"),
            ("too-near", "nearer to its root than the recipe allows, in every draft"),
        ),
        ("flows/stages/expand.py", "flows/chains.py", "corpus/source/shape.py"),
        recipe=(("least distance", "generate.rewrites.distance_min"),),
    ),
    Gate(
        ("model",),
        "gate",
        "one answer of a model endpoint",
        "Every way in which an endpoint or its answer can fail has a word. After `unreachable`, `timeout`, `bad-key` "
        "and status 401, 403 or 404 the endpoint is not asked again for that seed; the next run asks. What parses goes "
        "through `screen`, `compile-sdcc`, `chip`, `compile-gcc` and the `duplicates` of its seed as others do.",
        (
            ("unreachable", "no connection"),
            ("timeout", "no answer in time, after all retries"),
            ("rate-limited", "status 429, after all retries"),
            ("http-*", "another status"),
            ("not-a-completion", "what came is no chat completion"),
            ("empty", "the completion has no text"),
            ("no-code", "the answer has no fenced block of C"),
            ("several-blocks", "it has more than one"),
            ("cut-off", "a block is not closed"),
            ("no-instruction", "the answer states no task"),
            ("short-instruction", "the task is too short to say what to do, or ends where a list should follow"),
            ("wrong-language", "the task is not in the language asked for"),
            ("odd-characters", "the prose has control characters, or ones that hide or reorder text"),
            ("no-thinking", "reasoning was asked for, and there is none"),
            ("short-thinking", "the reasoning is no more than a sentence or two"),
            ("no-steps", "the reasoning has no numbered steps"),
            ("not-convertible", "a program in Keil's dialect has no spelling in sdcc's, so it cannot be compiled"),
            ("budget", "a cap on requests, tokens or money is reached, so it was not asked"),
            ("unchanged", "a program was to be mended, and came back as it was"),
            ("bad-key", "the key has a character that no HTTP header can carry"),
            ("copied-instruction", "the task is the seed's own"),
            ("warning", "a compiler warns about the program"),
            ("missing-name", "the task names something that the program does not define"),
            ("copy", "the very program of the seed or of an earlier answer"),
        ),
        (
            "flows/stages/model.py",
            "flows/talk.py",
            "flows/judging.py",
            "generators/model/asking.py",
            "generators/model/budget.py",
            "generators/model/endpoint.py",
            "generators/model/plain.py",
            "generators/model/reading.py",
        ),
        recipe=(
            ("tries", "generate.model.retries"),
            ("seconds for one answer", "generate.model.timeout_s"),
        ),
    ),
)
