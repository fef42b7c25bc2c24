"""How long rows are, and what trainers would lose of them at the lengths they take."""

from __future__ import annotations

from collections.abc import Mapping

from reports.report import Lengths, Limit

LIMITS = (512, 1024, 2048, 4096, 8192)

# Defaults of TRL 1.16 (SFTConfig.max_length), LLaMA-Factory 0.9.5 (cutoff_len) and axolotl 0.21 (sequence_len,
# excess_length_strategy drop): (trainer, setting, tokens, what happens to a longer row).
TRAINERS = (
    ("axolotl", "sequence_len", 512, "drops"),
    ("TRL", "max_length", 1024, "cuts"),
    ("LLaMA-Factory", "cutoff_len", 2048, "cuts"),
)

_QUANTILES = ((0.0, "shortest"), (0.05, "5 %"), (0.5, "median"), (0.95, "95 %"), (0.99, "99 %"), (1.0, "longest"))
_BINS = 40


def measure_lengths(lengths: Mapping[int, int]) -> Lengths:
    """The measures of rows counted by their tokens; an empty set has zeros."""
    rows = sum(lengths.values())
    tokens = sum(length * count for length, count in lengths.items())
    ordered = sorted(lengths)
    edges, counts = _histogram(lengths)
    return Lengths(
        mean=tokens / rows if rows else 0.0,
        quantiles=tuple((name, _quantile(lengths, ordered, rows, share)) for share, name in _QUANTILES),
        edges=edges,
        counts=counts,
        limits=tuple(_limit(lengths, rows, tokens, limit) for limit in LIMITS),
    )


def _quantile(lengths: Mapping[int, int], ordered: list[int], rows: int, share: float) -> int:
    """The smallest length that at least this share of the rows does not exceed."""
    seen = 0
    for length in ordered:
        seen += lengths[length]
        if seen >= share * rows:
            return length
    return 0


def _limit(lengths: Mapping[int, int], rows: int, tokens: int, limit: int) -> Limit:
    longer = {length: count for length, count in lengths.items() if length > limit}
    count = sum(longer.values())
    cut = sum((length - limit) * many for length, many in longer.items())
    dropped = sum(length * many for length, many in longer.items())
    return Limit(limit, count, count / max(1, rows), cut / max(1, tokens), dropped / max(1, tokens))


def _histogram(lengths: Mapping[int, int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Bins of equal width, a multiple of 25 tokens, from 0 to the longest row."""
    longest = max(lengths, default=0)
    width = max(25, -(-longest // (_BINS * 25)) * 25)
    counts = [0] * max(1, longest // width + 1)
    for length, count in lengths.items():
        counts[length // width] += count
    return tuple(width * i for i in range(len(counts) + 1)), tuple(counts)
