"""Tests of signatures, bands and Jaccard similarity."""

from __future__ import annotations

import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import given
from hypothesis import strategies as st

from filters.minhash import Hashes, band_keys, jaccard, signatures

SETS = st.lists(st.sets(st.integers(0, 2**32 - 1), max_size=60), max_size=12)


def as_hashes(numbers: set[int]) -> Hashes:
    return np.array(sorted(numbers), dtype=np.uint32)


@given(SETS, st.sampled_from([1, 16, 128]), st.integers(1, 5))
def test_signatures_equal_those_of_datasketch_bulk(sets: list[set[int]], permutations: int, seed: int) -> None:
    """Bit for bit, empty sets included: what is stored here can be loaded into datasketch."""
    theirs = MinHash.bulk(sets, num_perm=permutations, seed=seed, hashfunc=int)
    ours = signatures([as_hashes(one) for one in sets], permutations, seed)
    assert [row.tolist() for row in ours] == [mine.hashvalues.tolist() for mine in theirs]


def test_signatures_do_not_depend_on_the_block_in_which_they_are_computed() -> None:
    """Sets larger than a block, and blocks of many sets, give what each set alone gives."""
    sets = [np.arange(n, dtype=np.uint32) * np.uint32(2654435761) for n in (5, 200_000, 0, 90_000, 60_000, 7)]
    together = signatures(sets, 8)
    assert [row.tolist() for row in together] == [signatures([one], 8)[0].tolist() for one in sets]


@given(st.sets(st.integers(0, 99)), st.sets(st.integers(0, 99)))
def test_jaccard_is_shared_over_all(left: set[int], right: set[int]) -> None:
    """The definition, with 0 for two empty sets."""
    expected = len(left & right) / len(left | right) if left | right else 0.0
    assert jaccard(as_hashes(left), as_hashes(right)) == expected


def test_bands_are_equal_exactly_where_their_rows_are() -> None:
    """Changing one minimum changes the key of its band only."""
    sketch = np.arange(20, dtype=np.uint32).reshape(1, 20).repeat(2, axis=0)
    sketch[1, 7] = 99
    keys = band_keys(sketch, 4, 5)
    assert (keys[0] == keys[1]).tolist() == [True, False, True, True]


def test_more_bands_than_the_signature_has_are_refused() -> None:
    """The message names the numbers."""
    with pytest.raises(ValueError, match="26 bands of 5 rows need 130 permutations, not 128"):
        band_keys(np.zeros((1, 128), dtype=np.uint32), 26, 5)
