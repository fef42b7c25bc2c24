"""`benchmarks.model_yields`: variants of one recipe, measured gate by gate, with one record of answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from benchmarks.model_yields import changes, main
from tests.flows.asked import CODE, SEED, answer, recipe
from tests.generators.model.server import completion, in_turn, serving


def test_variants_are_counted_by_gate_and_share_their_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An answer without code, mended when the recipe asks again; a second call asks nothing and says the same."""
    with serving(in_turn([completion("No."), completion(answer())])) as server:
        data = recipe(server.url).model_dump(mode="json")
        (tmp_path / "recipe.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
        words = [str(tmp_path / "recipe.yaml"), "--out", str(tmp_path / "out"), "--only", SEED]
        words += ["--variant", "once: retries=0", "--variant", "mended: retries=1", "--json", str(tmp_path / "y.json")]
        main(words)
        assert len(server.asked) == 2
        first = capsys.readouterr().out
        main(words)
        assert len(server.asked) == 2
    assert capsys.readouterr().out == first
    assert "once: 0 of 1 kept (0.0%)" in first and "no-code 1" in first and "mended: 1 of 1 kept (100.0%)" in first
    once, mended = json.loads((tmp_path / "y.json").read_text(encoding="utf-8"))
    assert once["reasons"] == {"model:no-code": 1} and once["usage"]["answers"] == 1
    assert mended["reasons"] == {} and mended["kept"] == 1 and mended["usage"]["answers"] == 2
    assert CODE not in first


def test_a_value_is_read_as_yaml() -> None:
    """Numbers, truth, and mappings."""
    assert changes("retries=0, temperature=0.2, enabled=true") == {"retries": 0, "temperature": 0.2, "enabled": True}
    assert changes("strategies={spirit: 2,repair: 1}") == {"strategies": {"spirit": 2, "repair": 1}}
    assert changes("") == {}
