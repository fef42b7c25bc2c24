"""How many tokens a text is likely to be, without a tokenizer."""

from __future__ import annotations

import math
import re
from functools import lru_cache

_PIECE = re.compile(
    r"(?P<word>[A-Za-z]+)|(?P<digit>[0-9])|(?P<cjk>[\u3400-\u9fff\uf900-\ufaff]+)|(?P<newline>\n\s*)"
    r"|(?P<marks>_+|[^\w\s]+)|(?P<other>[^\s])"
)
_WHOLE_WORD = 6
_LETTERS_A_TOKEN = 5
_TOKENS_A_CJK_CHARACTER = 0.8


@lru_cache(maxsize=16)  # a row is measured when it is made and again by each gate
def estimate_tokens(text: str) -> int:
    """An estimate of the tokens in `text`; no tokenizer is asked, so treat it as a measure of length, not as a count.

    One token for: a word of up to 6 letters, each further started group of 5 letters of a longer word, a digit, a run
    of punctuation, a line break with its indentation, any other letter; 0.8 for a Chinese character (real
    vocabularies give 0.6 to 1); blanks within a line are free. The sum is rounded up, and an empty text has 0.

    Measured against the vocabulary of Qwen (152k entries, one token a digit): on the 448 C files of sdcc's library
    the sum is 5 % too high (single files from -6 % to +17 %, 5th to 95th percentile), on English seed texts 6 % too
    high (-10 % to +20 %), on Chinese ones 3 % too low (-15 % to +12 %). Vocabularies that join digits give fewer tokens
    for tables of numbers.
    """
    tokens = 0.0
    for piece in _PIECE.finditer(text):
        length = piece.end() - piece.start()
        if piece.lastgroup == "word":
            tokens += 1 if length <= _WHOLE_WORD else math.ceil(length / _LETTERS_A_TOKEN)
        elif piece.lastgroup == "cjk":
            tokens += _TOKENS_A_CJK_CHARACTER * length
        else:
            tokens += 1
    return math.ceil(round(tokens, 6))
