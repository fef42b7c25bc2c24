"""`generate --dry-run`: what would be asked is shown and projected, and nothing is asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.settings import ROOT
from tests.generators.model.server import completion, serving

RECIPE = f"""
name: foretold
seeds: {ROOT / "datasets" / "seeds"}
only: [crc8-maxim]
languages: [en]
generate:
  templates: {{fillings: 1}}
  rewrites: {{variants: 1, steps: 1}}
  mutants: {{tried: 0}}
  model:
    enabled: true
    base_url: URL
    name: tiny
    strategies: {{spirit: COUNT, cell: 1}}
    retries: 0
    max_tokens: 100
    prices: {{input: 1, output: 10}}
"""


def foretold(folder: Path, url: str, count: int) -> list[dict[str, float]]:
    """The projections of a dry run in this folder."""
    path = folder / "r.yaml"
    path.write_text(RECIPE.replace("URL", url).replace("COUNT", str(count)))
    command = ["generate", "--recipe", str(path), "--out", str(folder / "run"), "--dry-run", "--json"]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    data = json.loads(result.stdout)
    assert set(data["prompts"]) == {"spirit (en)", "cell (en)"}
    found: list[dict[str, float]] = data["strategies"]
    return found


def test_a_dry_run_asks_and_writes_nothing_and_projects_from_the_record(tmp_path: Path) -> None:
    """Without a record by the prompts and `max_tokens`; after a run by what its answers took, for what is left."""
    with serving(lambda _: completion("I would rather not.")) as server:
        spirit, cell = foretold(tmp_path, server.url, 2)
        assert not server.asked and not (tmp_path / "run").exists()
        assert (spirit["questions"], spirit["recorded"], spirit["requests"], spirit["completion_tokens"]) == (
            2,
            0,
            2,
            200,
        )
        assert spirit["prompt_tokens"] > 500 and cell["requests"] == 1
        command = ["generate", "--recipe", str(tmp_path / "r.yaml"), "--out", str(tmp_path / "run"), "--jobs", "1"]
        assert CliRunner().invoke(app, command).exit_code == 0
        assert len(server.asked) == 3
        spirit, cell = foretold(tmp_path, server.url, 6)
        assert len(server.asked) == 3
    assert (spirit["recorded"], spirit["requests"], spirit["samples"]) == (2, 4, 2)
    assert (spirit["prompt_tokens"], spirit["completion_tokens"]) == (44, 28)
    assert spirit["cost"] == pytest.approx((44 + 280) / 1e6)
    assert (cell["recorded"], cell["requests"], cell["cost"]) == (1, 0, 0)
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "<h2>The model</h2>" in page and "<td>spirit</td>" in page
    report = json.loads((tmp_path / "run" / "report.json").read_text(encoding="utf-8"))
    assert report["models"][1] == {
        "model": "tiny",
        "strategy": "spirit",
        "asked": 2,
        "answered": 2,
        "right": 0,
        "repaired": 0,
        "kept": 0,
        "answers": 2,
        "prompt_tokens": 22,
        "completion_tokens": 14,
        "cost": pytest.approx(162e-6),
        "passes": [[1, 0.0], [2, 0.0]],
    }


def test_a_dry_run_shows_the_prompts(tmp_path: Path) -> None:
    """As a person reads them; brackets are no markup."""
    path = tmp_path / "r.yaml"
    path.write_text(RECIPE.replace("URL", "http://127.0.0.1:9/v1").replace("COUNT", "1"))
    result = CliRunner().invoke(app, ["generate", "--recipe", str(path), "--out", str(tmp_path), "--dry-run"])
    assert result.exit_code == 0, result.output
    assert "spirit (en)" in result.stdout and "INSTRUCTION:" in result.stdout
    assert "nothing was asked" in result.stdout


@pytest.mark.parametrize("facts", ["true", "false"])
def test_a_dry_run_foretells_what_the_run_would_ask(tmp_path: Path, facts: str) -> None:
    """Its prompts have facts where the run's have; where no program is accepted, texts alone are asked for."""
    text = RECIPE.replace("crc8-maxim", "uart-baud-init").replace("cell: 1}", f"instruction: 1}}\n    facts: {facts}")
    text = text.replace("URL", "http://127.0.0.1:9/v1").replace("COUNT", "1")
    path = tmp_path / "r.yaml"
    path.write_text(f"{text}\nverify: {{accept_model: []}}\n")
    command = ["generate", "--recipe", str(path), "--out", str(tmp_path / "run"), "--dry-run", "--json"]
    data = json.loads(CliRunner().invoke(app, command).stdout)
    assert list(data["prompts"]) == ["instruction (en)"]
    assert [one["strategy"] for one in data["strategies"]] == ["instruction"]
    assert ("Facts from the data sheet" in json.dumps(data["prompts"])) is (facts == "true")


BAD = {
    "strategies: {sprit: 1}": 'did you mean "spirit"',
    "strategies: {repair: 1}": "generate.model.repairs",
    "max_cost: 3": "max_cost needs prices",
    "base_url: http://user:pass@host/v1": "holds a secret",
    "base_url: http://host/v1?api_key=abc": "holds a secret",
}


@pytest.mark.parametrize("line", BAD)
def test_what_the_model_cannot_do_is_said_before_anything_is_asked(tmp_path: Path, line: str) -> None:
    """With the key in the recipe that is wrong, and without the secret."""
    address = "" if line.startswith("base_url") else "base_url: http://host/v1, "
    path = tmp_path / "r.yaml"
    model = f"{{enabled: true, {address}name: tiny, {line}}}"
    path.write_text(
        f"name: x\nseeds: {ROOT / 'datasets' / 'seeds'}\nonly: [crc8-maxim]\ngenerate: {{model: {model}}}\n"
    )
    result = CliRunner().invoke(app, ["generate", "--recipe", str(path), "--out", str(tmp_path), "--dry-run"])
    assert result.exit_code == 2
    said = " ".join(result.stderr.split())
    assert BAD[line] in said and "pass@" not in said and "abc" not in said
