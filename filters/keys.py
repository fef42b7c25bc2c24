"""The light keys by which selections compare records, so that no selection holds whole rows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.records import GRADES, Example, Program
from corpus.source.tokens import renamed, shingles, token_stream
from filters.minhash import Hashes

# Sets below this size decide by their raw tokens (see filters/duplicates.py); sets up to twice it may meet one of them.
SMALL = 40
_RAW_TOKENS = 5


@dataclass(frozen=True, slots=True)
class ProgramKey:
    """What selections know of a Program: about 4 bytes a token.

    `rank` orders by evidence, smallest first. `copy` names the token stream up to a renaming. `shingles` are hashes
    of 8 normalised tokens (identifiers alike, literals by class, occurrences counted) and `raw` of 5 tokens as they
    stand, kept only for Programs so short that these may decide; both are sorted and without repeats. `root` marks
    the seed's own Program.
    """

    id: str
    seed: str
    rank: int
    copy: bytes
    shingles: Hashes
    raw: Hashes
    root: bool = False

    @property
    def order(self) -> tuple[int, str]:
        """Best evidence first, then by id: the order in which Programs win over others."""
        return self.rank, self.id


@dataclass(frozen=True, slots=True)
class ExampleKey:
    """What selections know of an Example: its evidence, and digests of its instruction and of the whole row."""

    id: str
    rank: int
    instruction: bytes
    row: bytes

    @property
    def order(self) -> tuple[int, str]:
        """Best evidence first, then by id: the order in which Examples win over others."""
        return self.rank, self.id


def grade_rank(grade: str) -> int:
    """The place of a grade of evidence, 1 the strongest; what is no grade comes after all of them."""
    return 1 + (GRADES.index(grade) if grade in GRADES else len(GRADES))


def program_key(program: Program) -> ProgramKey:
    """The key of a Program. A seed's own Program ranks 0, before every variant: an expert wrote it."""
    source = program.source.encode()
    hashes = folded(shingles(source))
    small = hashes.size < 2 * SMALL
    root = program.origin == "seed"
    return ProgramKey(
        id=program.id,
        seed=program.seed,
        rank=0 if root else grade_rank(program.grade),
        copy=_digest(renamed(source)),
        shingles=hashes,
        raw=token_shingles(token_stream(source)) if small else np.empty(0, dtype=np.uint32),
        root=root,
    )


def example_key(example: Example) -> ExampleKey:
    """The key of an Example; texts are compared with each run of white space as one blank."""
    instruction = " ".join(example.instruction.split())
    texts = (example.answer, example.prefix, example.middle, example.suffix)
    row = [instruction.encode(), *(" ".join(text.split()).encode() for text in texts)]
    return ExampleKey(example.id, grade_rank(example.grade), _digest([instruction.encode()]), _digest(row))


def folded(hashes: NDArray[np.uint64]) -> Hashes:
    """64-bit hashes as 32-bit ones, sorted and without repeats.

    MinHash takes 32 bits, and half the memory suffices: of 10^4 Programs of 300 shingles, one has two that fall
    together.
    """
    low = np.sort((hashes ^ (hashes >> np.uint64(32))).astype(np.uint32))
    return low[np.concatenate(([True], low[1:] != low[:-1]))] if low.size else low


def token_shingles(tokens: Sequence[bytes], n: int = _RAW_TOKENS) -> Hashes:
    """Hashes of every `n` tokens in a row, the k-th occurrence of one counted apart from the first."""
    seen: dict[bytes, int] = {}
    hashes: list[int] = []
    for start in range(len(tokens) - n + 1):
        text = b"\0".join(tokens[start : start + n])
        seen[text] = seen.get(text, 0) + 1
        digest = hashlib.blake2b(text, digest_size=8, salt=seen[text].to_bytes(4, "little")).digest()
        hashes.append(int.from_bytes(digest, "little"))
    return folded(np.array(hashes, dtype=np.uint64))


def _digest(parts: Sequence[bytes]) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(4, "little") + part)
    return digest.digest()
