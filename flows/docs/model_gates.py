"""What the gates on a model's texts and harnesses look at, and what their words mean; a test holds this against the
code."""

from __future__ import annotations

from flows.docs.gate import Gate
from generators.model.agreement import Agreement

MODEL_GATES = (
    Gate(
        ("agreement",),
        "gate",
        "a text that a model wrote about a verified program",
        "Nothing can run a text; what it names can be held against the program. Grounds are the source with its "
        "constants, the title, instruction and idea of its seed, the facts of the chip that were shown, and what is "
        "common knowledge (limits of types, the chip's own words). Over the shipped seeds one in seven of the authors' "
        "own phrasings is refused, nearly all for the values of an example; of planted lies all wrong names, 85 % of "
        "the wrong pins and two in three wrong numbers are found (`python -m benchmarks.agreement`).",
        (
            ("too-short", "fewer characters than `shortest`; in Chinese half of it"),
            ("too-long", "more characters than `longest`; in Chinese half of it"),
            ("gives-away", "a text that asks for the program holds a code block or a statement of it"),
            ("wrong-language", "prose in another language than the one asked for"),
            ("unknown-name", "a name of code that neither the program nor the chip has"),
            ("unused-register", "a register or bit of the chip that the program does not use"),
            ("unknown-pin", "a pin that neither the program nor the words about it name"),
            ("unknown-number", "a number that is no constant of the program and stands in no fact"),
            ("no-such-line", "a line number behind the program's end"),
            ("unnamed-function", "a text that asks for the program does not name a function that others call"),
            ("lost-name", "a phrasing does not have a name of code that the instruction has"),
            ("lost-pin", "a phrasing does not have a pin that the instruction has"),
            ("lost-number", "a phrasing does not have a number that the instruction has"),
            ("copied", "mostly the words of the seed's author, or of an earlier text about the same program"),
        ),
        ("generators/model/agreement.py", "flows/texts.py"),
        settings=(Agreement,),
        constants=(("generators/model/agreement.py", "SAME"), ("generators/model/agreement.py", "CHINESE_TO_WORDS")),
    ),
    Gate(
        ("model-harness",),
        "gate",
        "a harness that a model wrote for a verified program",
        "The program must pass it on the simulator, and faults planted in the program must not. A reason of `screen`, "
        "of `build` or of `harness` says why the right program did not pass.",
        (
            ("no-main", "there is no `main` to begin with"),
            ("no-expectation", "it expects nothing"),
            ("reaches-past", "it uses the simulator's own variables instead of the macros"),
            ("weak", "it refuses too few of the planted faults; the evidence shows some that it lets through"),
            ("few-faults", "unknown: too few faults change what the program does to say anything"),
        ),
        ("flows/model_harness.py",),
        constants=(
            ("flows/model_harness.py", "ENOUGH"),
            ("flows/model_harness.py", "FEWEST"),
            ("flows/model_harness.py", "MOST"),
        ),
    ),
)
