"""The same for the gates on rows, and for the selections."""

from __future__ import annotations

from filters.duplicates import DistinctExamples, NearDuplicates
from filters.length import Length
from filters.lineage import LineageCap
from filters.mixture import Mix
from filters.quality import Quality
from filters.repetition import Repetition
from flows.docs.gate import Gate

ROW_GATES = (
    Gate(
        ("duplicates",),
        "selection",
        "Programs, then rows: is one a copy of a better one?",
        "Copies that differ only in names and layout go first, then near copies of programs of other seeds (variants "
        "of one seed are alike by design, and are capped by `lineage` instead), then rows. The better evidence wins.",
        (
            ("copy", "the same tokens up to a renaming; of rows, the same instruction and answer"),
            ("near-duplicate", "shares at least `threshold` of its shingles with a program of another seed"),
            ("instruction-cap", "as many rows as allowed already have this instruction"),
        ),
        ("filters/duplicates.py",),
        settings=(NearDuplicates, DistinctExamples),
        recipe=(
            ("threshold", "curate.near_duplicate"),
            ("max_same_instruction", "curate.max_same_instruction"),
        ),
    ),
    Gate(
        ("lineage",),
        "selection",
        "the Programs of one seed: how many stay?",
        "",
        (("lineage-cap", "its lineage already keeps as many, more different from each other"),),
        ("filters/lineage.py",),
        settings=(LineageCap,),
        recipe=(("most", "curate.lineage_cap"), ("most, of mutants", "curate.mutant_cap")),
    ),
    Gate(
        ("length",),
        "gate",
        "a row's length",
        "",
        (
            ("short-instruction", "fewer tokens than `min_instruction_tokens`"),
            ("short-answer", "fewer tokens than `min_answer_tokens`; a completion may have one"),
            ("long-row", "instruction and answer have more than `max_tokens`"),
            ("long-line", "a line of code longer than `max_line` characters"),
        ),
        ("filters/length.py",),
        settings=(Length,),
    ),
    Gate(
        ("repetition",),
        "gate",
        "the prose of a row's instruction and answer",
        "",
        (
            ("duplicate-lines", "too many lines occurred before"),
            ("duplicate-line-characters", "the lines that occurred before hold too many of the characters"),
            ("top-n-gram", "the most frequent 2-, 3- or 4-gram of words holds too many of the characters"),
            ("duplicate-n-gram", "5- to 10-grams that occurred before hold too many of the characters"),
        ),
        ("filters/repetition.py",),
        settings=(Repetition,),
    ),
    Gate(
        ("quality",),
        "gate",
        "a row's text: leftovers, language, code",
        "",
        (
            ("mojibake", "text in a broken encoding, or control characters"),
            ("fences", "a code fence is not closed"),
            ("placeholder", "an unfilled hole, a TODO, or code left out with an ellipsis"),
            ("half-translated", "Chinese in an English row, or none in a Chinese one"),
            ("no-code", "a task that asks for code has none in its answer"),
            ("comment-ratio", "more than `max_comment_ratio` of the code is comments"),
            ("alpha-ratio", "less than `min_alpha_ratio` of the code's visible characters are letters"),
            ("mean-line", "the mean line of code is longer than `max_mean_line`"),
            ("chars-per-token", "fewer characters a token than `min_chars_per_token`"),
        ),
        ("filters/quality.py",),
        settings=(Quality,),
    ),
    Gate(
        ("mixture",),
        "selection",
        "all rows that are left: which make up the shares?",
        "What could not be met is no reject but a shortfall, named in words with what to make more of, in the summary "
        "and in the report.",
        (
            ("no-share", "a value that the recipe gives no share"),
            ("not-needed", "its cell is full"),
        ),
        ("filters/mixture.py",),
        settings=(Mix,),
        recipe=(
            ("targets", "mixture.shares"),
            ("budget", "mixture.rows or mixture.tokens"),
            ("max_repeats", "mixture.repeat_cap"),
        ),
    ),
)
