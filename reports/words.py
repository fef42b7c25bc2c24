"""What the page and the card say in words: grades of evidence, and what is not known."""

from __future__ import annotations

from collections.abc import Mapping

from reports.report import Report

GRADE_WORDS: Mapping[str, str] = {
    "same-tokens": "Only layout or comments differ from the parent: the same C tokens in the same order.",
    "identical-object": (
        "sdcc makes the same machine code of it as of its parent, and signatures, qualifiers, memory spaces, volatile "
        "accesses and interrupts are the same. Holds for this compiler and memory model."
    ),
    "enumerated": (
        "Only pure functions of at most 24 bits of arguments changed, and each gives the same result as before for "
        "every input, at the target's integer widths; up to 65,536 of them also in sdcc's code on the simulated chip."
    ),
    "simulated": (
        "The same outputs and the same ordered register accesses as its parent on the 8051 simulator, under the "
        "stimuli that the report names. Inputs that were not tried may differ."
    ),
    "harness": "It met every expectation of its seed's harness on the 8051 simulator: the root of a lineage.",
    "compiled": "It compiles. Nothing was run.",
}


def limits(report: Report) -> tuple[str, ...]:
    """What a reader must know before trusting the numbers, and what nobody measured."""
    found = [
        "Tokens are estimated from the text, without a tokenizer: about 5 % off in total and up to 20 % on a single "
        "row, against a vocabulary like Qwen's. A chat template's own tokens are not counted.",
        f"simulated stands on {report.stimuli} stimuli (boundary values, then random ones), each run with "
        f"{report.fills} different contents of memory at power-up. It is a comparison, not a proof over all inputs. "
        "Machine cycles had to stay the same only in the functions that a seed marks as timing-critical.",
        "No real chip was used: programs ran on firmseed's own simulator of the 8051.",
        "A fix row is graded by its corrected program. That the faulty one is faulty was seen by the compiler or on "
        "the simulator; the row's evidence says how.",
        "Whether the set improves a model was not measured: nothing was trained on it.",
        "Nobody read every row. Instructions and explanations are made from the experts' own words, from banks of "
        "phrases and from facts read from the parsed code; no person or model judged them.",
        "Overlap with public benchmarks was not checked, and texts were not searched for personal data or secrets. "
        "Every program descends from a seed under the licence named with the lineages.",
        "Variants of one seed resemble each other by design. Rows are not independent: the effective number of "
        "programs in the report (Variety) says how far they are not, and training and validation never share a seed.",
    ]
    if report.contains_model:
        found[4:4] = [
            "Programs written by a model have no harness: they compile, and no more is known of them.",
            "Requests and explanations written by a model about an expert's program were held against it: what they "
            "name is there. Whether what they say of it is true was not otherwise judged; the row's evidence names "
            "the model.",
        ]
    return tuple(found)


def percent(share: float) -> str:
    """A fraction as a percentage; what is there never reads as 0, what lacks never as 100."""
    text = f"{share * 100:.1f}"
    if share > 0 and text == "0.0":
        return "< 0.1 %"
    if share < 1 and text == "100.0":
        return "> 99.9 %"
    return f"{text} %"
