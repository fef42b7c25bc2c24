"""Tests of the measures of diversity."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from corpus.records import Language
from filters.diversity import compression_ratio, measure_diversity, neighbours, opening, vendi
from filters.keys import program_key
from filters.minhash import Hashes, jaccard
from tests.filters.corpus_of_c import made_source, program, real_keys, real_sources


def block(first: int, size: int = 100) -> Hashes:
    return np.sort(np.arange(first, first + size, dtype=np.uint32) * np.uint32(2654435761))


def test_vendi_counts_different_sets_once_and_copies_not_at_all() -> None:
    """Five groups of equal sets are five; half-alike sets lie between one and two."""
    assert vendi([block(1000 * (i % 5)) for i in range(50)]) == pytest.approx(5)
    assert vendi([block(0)] * 7) == pytest.approx(1)
    assert 1.5 < vendi([block(0), block(50)]) < 2
    assert vendi([block(0), np.empty(0, dtype=np.uint32)]) == pytest.approx(2)
    assert vendi([]) == 0


def test_compression_sees_a_copy_far_behind() -> None:
    """A megabyte of noise and its copy compress to half, which a 32 KiB window cannot."""
    noise = random.Random("noise").randbytes(1 << 20).hex()[: 1 << 20]
    assert compression_ratio([noise, noise]) > 1.9 * compression_ratio([noise])
    assert compression_ratio([]) == 0


@pytest.mark.parametrize(
    ("language", "text", "begins"),
    [
        ("en", "Write a UART driver, please.", "write a uart driver"),
        ("en", "**Please** don't stop!", "please don't stop"),
        ("zh", "用 SDCC 给 AT89S52(晶振 12 MHz)写一个查询方式的串口", "用给晶振写一个查"),
        ("zh", "UART", ""),
    ],
)
def test_an_opening_is_four_words_or_eight_characters(language: str, text: str, begins: str) -> None:
    """Names and numbers in a Chinese instruction do not count."""
    assert opening("zh" if language == "zh" else "en", text) == begins


def test_neighbours_are_found_within_and_across_groups() -> None:
    """A group of copies has neighbours, but none across; a lone half copy has one across."""
    sets = [block(0), block(0), block(5000), block(5020), block(9000)]
    assert neighbours(sets, np.arange(5)).tolist() == [True, True, True, True, False]
    assert neighbours(sets, np.array([0, 0, 1, 2, 3])).tolist() == [False, False, True, True, False]
    assert neighbours([], np.arange(0)).tolist() == []


def test_on_real_c_the_neighbour_share_is_close_to_the_exact_one() -> None:
    """sdcc's library with edited copies: found are neighbours indeed, and at least 9 in 10 of them."""
    sets = [one.shingles for one in real_keys()]
    found = neighbours(sets, np.arange(len(sets)))
    exact = np.array([any(jaccard(a, b) >= 0.5 for j, b in enumerate(sets) if i != j) for i, a in enumerate(sets)])
    assert not (found & ~exact).any()
    assert found.sum() >= 0.9 * exact.sum() > 0


def test_copies_measure_as_copies_and_order_changes_nothing() -> None:
    """Ten names of one Program against ten Programs."""
    texts = real_sources()[::12]
    english: list[tuple[Language, str]] = [("en", f"Write that code now, as version {i}.") for i in range(5)]
    chinese: list[tuple[Language, str]] = [("zh", "写一个串口驱动程序")] * 5
    asked = english + chinese
    varied = [replace(program_key(program(text, "s")), id=f"p{i}") for i, text in enumerate(texts)]
    copies = [replace(varied[0], id=f"p{i}") for i in range(10)]
    many = measure_diversity(varied, {f"p{i}": text for i, text in enumerate(texts)}, asked, random.Random("r"))
    one = measure_diversity(copies, dict.fromkeys((f"p{i}" for i in range(10)), texts[0]), [], random.Random("r"))
    assert [one.distinct_8, one.neighbour_share, one.neighbour_share_across] == pytest.approx([0.1, 1.0, 0.0])
    assert one.effective_programs == pytest.approx(1)
    assert many.distinct_8 > 0.7
    assert many.effective_programs > 9
    assert many.compression_ratio < one.compression_ratio
    assert many.openings == (("write that code now", 5), ("写一个串口驱动程", 5))
    assert (many.instructions, many.distinct_openings) == (10, 2)
    again = measure_diversity(varied[::-1], {f"p{i}": t for i, t in enumerate(texts)}, asked[::-1], random.Random("r"))
    assert again == many


def test_samples_are_as_large_as_asked_and_said() -> None:
    """Only the sample's sources are read."""
    keys = [replace(program_key(program(made_source(random.Random(f"e{i}")), "s")), id=f"p{i}") for i in range(12)]
    asked_for: list[str] = []

    class Sources(dict[str, str]):
        def __getitem__(self, name: str) -> str:
            asked_for.append(name)
            return "int a;"

    measured = measure_diversity(keys, Sources(), [], random.Random("r"), sample=5, effective_sample=3)
    assert (measured.programs, measured.sample, measured.effective_sample, len(asked_for)) == (12, 5, 3, 5)


def test_an_empty_set_measures_zero() -> None:
    """No division by nothing."""
    measured = measure_diversity([], {}, [], random.Random("r"))
    assert (measured.programs, measured.distinct_8, measured.effective_programs, measured.openings) == (0, 0.0, 0.0, ())
