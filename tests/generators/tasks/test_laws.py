"""What holds of every Example, whatever the material, the language and the draw."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.records import GRADES, Example
from corpus.source.unit import Unit
from generators.tasks import complete, explain, fix, port, refactor, write
from generators.tasks.row import has_chinese
from tests.generators.tasks.materials import MUTANTS, PORTED, RENAMED, REWRITTEN, SINGLE

_FENCE = re.compile(r"^(`{3,})(\w*)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
_ENGLISH = re.compile(r"(?:\b[a-z]{2,}\b[ ,]+){3}\b[a-z]{2,}\b")


def count_tokens(text: str) -> int:
    return len(text)


def all_examples(seed: str) -> Iterator[Example]:
    rng = random.Random(seed)
    yield from write.examples(SINGLE, rng, count_tokens, each=2)
    yield from complete.examples(SINGLE, rng, count_tokens, each=2)
    yield from explain.examples(SINGLE, rng, count_tokens, each=2)
    for rewritten in (REWRITTEN, RENAMED):
        yield from refactor.examples(rewritten, rng, count_tokens)
    yield from port.examples(PORTED, rng, count_tokens, each=2)
    for mutated in MUTANTS:
        yield from fix.examples(mutated, rng, count_tokens)


def prose(text: str) -> str:
    """The words around code: without fences, quoted names and markers."""
    return re.sub(r"`[^`\n]*`|\"[^\"\n]*\"", "X", _FENCE.sub("CODE", text))


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**9))
def test_every_row_is_finished_text_in_one_language_with_code_that_parses(seed: int) -> None:
    """No open slot, no English sentence in a Chinese row, no Chinese in an English one, fences closed, C parses."""
    for example in all_examples(str(seed)):
        what = f"{example.phrasing}\n{example.instruction}\n---\n{example.answer}"
        assert [m.role for m in example.messages] == ["user", "assistant"], what
        assert example.grade in GRADES and example.evidence, what
        for message in example.messages:
            assert not re.search(r"\{[a-z_]+\}", prose(message.content)), what
            assert "\0" not in message.content and "\n\n\n" not in prose(message.content), what
            assert message.content.count("```") % 2 == 0, what
            assert message.content == message.content.strip(), what
            if example.language == "zh":
                assert not _ENGLISH.search(prose(message.content)), what
                assert has_chinese(message.content) or example.task != "write", what
            else:
                assert not has_chinese(message.content), what
        for _, info, code in _FENCE.findall(example.answer):
            if info == "c" and (example.task in ("write", "refactor", "port") or code.startswith(("void", "/*"))):
                assert Unit.parse(code.encode()).error is None, what


def test_the_same_seed_gives_the_same_rows() -> None:
    """Everything random comes from the generator that is passed in."""
    assert list(all_examples("7")) == list(all_examples("7"))
    assert list(all_examples("7")) != list(all_examples("8"))


def test_no_double_full_stop_and_no_blank_between_chinese_sentences() -> None:
    """Joins are those of the language."""
    for example in all_examples("stops"):
        for message in example.messages:
            text = prose(message.content)
            assert not re.search(r"\.\.(?!\.)|。。|[。！？] (?=[\u4e00-\u9fff])", text), message.content


@pytest.mark.parametrize("task", ["write", "complete", "explain", "refactor", "fix", "port"])
def test_tokens_are_counted_by_the_callable_passed_in(task: str) -> None:
    """The whole row and the answer apart."""
    example = next(e for e in all_examples("tokens") if e.task == task)
    assert example.tokens == sum(len(m.content) for m in example.messages)
    assert example.answer_tokens == len(example.answer)
