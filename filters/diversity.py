"""How varied a set is, in numbers that a report can show."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import csr_array

from corpus.records import Language
from filters.keys import ProgramKey
from filters.minhash import Hashes, band_keys, jaccard, signatures

_NEIGHBOUR = 0.5
_BANDS, _ROWS = 32, 4
_COMPRESSED_BYTES = 4 << 20
_ENGLISH = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Diversity:
    """The measures of one set; each says what a set of copies would give.

    `distinct_8`: of all 8-token shingles (normalised) in a sample of `sample` Programs, the share that differ; copies
    give 1 / sample. It falls as the sample grows, so compare sets at an equal `sample` only. `neighbour_share`: share
    of all Programs with another at Jaccard 0.5 or more; copies give 1, unrelated code about 0.01. Variants of a seed
    are neighbours by design, so `neighbour_share_across` asks for one of another lineage. Both are lower bounds:
    MinHash bands miss a neighbour near 0.5 in 1 of 8 cases. `compression_ratio`: bytes over compressed bytes of the
    sample's text, zstd level 9 with a window as large as the text taken (up to 4 MiB, where zlib sees 32 KiB); it
    sees copied text, and is blind to renaming. `effective_programs`: Vendi score (Friedman & Dieng 2023,
    arXiv:2210.02410), the exponential of the entropy of the eigenvalues of the exact Jaccard kernel, of
    `effective_sample` Programs: copies give 1, Programs that share nothing their number. `openings`: the most
    frequent beginnings of instructions with their counts, most frequent first: the first 4 words of an English one in
    lower case, the first 8 Chinese characters of a Chinese one; `distinct_openings` of `instructions`.
    """

    programs: int
    sample: int
    distinct_8: float
    neighbour_share: float
    neighbour_share_across: float
    compression_ratio: float
    effective_programs: float
    effective_sample: int
    instructions: int
    distinct_openings: int
    openings: tuple[tuple[str, int], ...]


def measure_diversity(
    keys: Sequence[ProgramKey],
    sources: Mapping[str, str],
    instructions: Iterable[tuple[Language, str]],
    rng: random.Random,
    sample: int = 1000,
    effective_sample: int = 500,
    shown: int = 10,
) -> Diversity:
    """The measures of these Programs and instructions; an empty set has zeros.

    `sources` gives a Program's text by id and is asked for the sample's only. The samples are drawn from the ids in
    sorted order, so the order of the input changes nothing.
    """
    ordered = sorted(keys, key=lambda k: k.id)
    drawn = sorted(rng.sample(range(len(ordered)), min(sample, len(ordered))))
    few = drawn if len(drawn) <= effective_sample else sorted(rng.sample(drawn, effective_sample))
    sets = [ordered[i].shingles for i in drawn]
    everywhere = sum(one.size for one in sets)
    openings = Counter(opening(language, text) for language, text in instructions)
    alike = neighbours([key.shingles for key in ordered], np.arange(len(ordered)))
    seeds = {seed: code for code, seed in enumerate(sorted({key.seed for key in ordered}))}
    across = neighbours([k.shingles for k in ordered], np.array([seeds[k.seed] for k in ordered], dtype=np.int64))
    return Diversity(
        programs=len(ordered),
        sample=len(drawn),
        distinct_8=np.unique(np.concatenate(sets)).size / everywhere if everywhere else 0.0,
        neighbour_share=float(alike.mean()) if ordered else 0.0,
        neighbour_share_across=float(across.mean()) if ordered else 0.0,
        compression_ratio=compression_ratio(sources[ordered[i].id] for i in drawn),
        effective_programs=vendi([ordered[i].shingles for i in few]),
        effective_sample=len(few),
        instructions=sum(openings.values()),
        distinct_openings=len(openings),
        openings=tuple(sorted(openings.items(), key=lambda pair: (-pair[1], pair[0]))[:shown]),
    )


def neighbours(sets: Sequence[Hashes], groups: NDArray[np.int64], threshold: float = _NEIGHBOUR) -> NDArray[np.bool_]:
    """Which sets have one of another group at `threshold` or more, as far as bands of MinHash find it.

    In each band the sets of one bucket stand in order of group, and each is compared with the last of the group
    before and the first of the group after; of these the most similar by estimate is compared exactly. So the work is
    linear in the sets.
    """
    found = np.zeros(len(sets), dtype=np.bool_)
    filled = np.flatnonzero(np.array([one.size > 0 for one in sets], dtype=np.bool_))
    if filled.size < 2:
        return found
    sketch = signatures(sets)
    keys = band_keys(sketch, _BANDS, _ROWS)
    best = np.full(len(sets), -1, dtype=np.int64)
    shared = np.zeros(len(sets), dtype=np.int64)
    for band in range(_BANDS):
        ranked = filled[np.lexsort((groups[filled], keys[filled, band]))]
        bucket, group = keys[ranked, band], groups[ranked]
        same = (bucket[1:] == bucket[:-1]) & (group[1:] == group[:-1])
        starts = np.flatnonzero(np.concatenate(([True], ~same)))
        run = np.cumsum(np.concatenate(([0], ~same)))
        ends = np.concatenate((starts[1:], [ranked.size])) - 1
        for other in (ends[np.maximum(run - 1, 0)], starts[np.minimum(run + 1, starts.size - 1)]):
            fit = (bucket[other] == bucket) & (group[other] != group)
            left, right = ranked[fit], ranked[other[fit]]
            count = np.count_nonzero(sketch[left] == sketch[right], axis=1)
            better = count > shared[left]
            best[left[better]], shared[left[better]] = right[better], count[better]
    for one in np.flatnonzero(best >= 0).tolist():
        found[one] = jaccard(sets[one], sets[int(best[one])]) >= threshold
    return found


def vendi(sets: Sequence[Hashes]) -> float:
    """The effective number of different sets: exp(entropy) of the eigenvalues of the Jaccard kernel over its size.

    Cubic in the number of sets: 500 take 0.1 s. An empty set is like nothing but itself; no sets give 0.
    """
    if not sets:
        return 0.0
    sizes = np.array([one.size for one in sets], dtype=np.float64)
    _, column = np.unique(np.concatenate(sets), return_inverse=True)
    start = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
    member = csr_array((np.ones(column.size), column, start))
    both = (member @ member.T).toarray()
    kernel = both / np.maximum(sizes[:, None] + sizes[None, :] - both, 1.0)
    np.fill_diagonal(kernel, 1.0)
    values = np.linalg.eigvalsh(kernel / len(sets))
    values = values[values > 1e-12]
    return float(np.exp(-np.sum(values * np.log(values))))


def compression_ratio(texts: Iterable[str]) -> float:
    """Bytes over compressed bytes of the texts, the first 4 MiB of them together; 0 without text."""
    data = bytearray()
    for text in texts:
        data += text.encode()
        if len(data) >= _COMPRESSED_BYTES:
            break
    cut = bytes(data[:_COMPRESSED_BYTES])
    return len(cut) / len(pa.Codec("zstd", compression_level=9).compress(cut, asbytes=True)) if cut else 0.0


def opening(language: Language, instruction: str) -> str:
    """How an instruction begins: 4 English words in lower case, or 8 Chinese characters."""
    if language == "zh":
        return "".join(_CHINESE.findall(instruction)[:8])
    return " ".join(word.lower() for word in _ENGLISH.findall(instruction)[:4])
