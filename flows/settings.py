"""Where things are, and what must hold before a run begins."""

from __future__ import annotations

from pathlib import Path

from corpus.chips import REFERENCE
from corpus.recipe import Model, Recipe, RecipeError
from corpus.seeds import asked_seeds, targets_of
from corpus.shards import write_bytes, write_json
from corpus.yamlfile import did_you_mean
from flows.job import TOOLS
from flows.pipeline import Run
from generators.rewrites.catalogue import RULES
from validators.sandbox.runner import Sandbox
from validators.toolchains.tools import require_tools

ROOT = Path(__file__).parent.parent


def default_recipe() -> Path:
    """The shipped recipe.

    Raises:
        RecipeError: this is an installation without the repository's data.
    """
    path = ROOT / "datasets" / "recipes" / "demo.yaml"
    if not path.is_file():
        raise RecipeError(f"{path}:1: recipe: the shipped recipe is not here; name one with --recipe")
    return path


def run_folder(recipe: Recipe, out: Path | None) -> Path:
    """The folder of a run: `out`, or datasets/runs/<name of the recipe>."""
    return (out or ROOT / "datasets" / "runs" / recipe.name).resolve()


def prepare(run: Run) -> None:
    """Everything that would stop the run later is found now: tools, rule names, a folder that cannot be written.

    Raises:
        MissingTool: a tool that the recipe's seeds need; names the command that gets it.
        SeedError: there is no folder of seeds.
        RecipeError: an unknown rule or strategy, or a model without an address.
        UnwritableFolder: the run's folder cannot be written.
    """
    generate = run.recipe.generate
    with Sandbox() as sandbox:
        targets = targets_of(asked_seeds(run.seeds, run.recipe.only, run.recipe.targets))
        model = generate.model
        if model.enabled and model.strategies.get("port"):  # to any chip
            targets = tuple(REFERENCE)
        tools = require_tools(sandbox, targets)
    names = [rule.name for rule in RULES]
    for name in generate.rewrites.rules:
        if name not in names:
            raise RecipeError(f"recipe: generate.rewrites.rules: unknown rule {name!r}{did_you_mean(name, names)}")
    require_model(generate.model)
    write_json(run.folder / TOOLS, {tool.name: tool.version for tool in tools if tool.required})
    write_json(run.folder / "recipe.json", run.recipe.model_dump(mode="json"))
    write_bytes(run.folder / ".gitignore", b"*\n")


def require_model(model: Model) -> None:
    """Looks, where the model is on, whether the endpoint has an address and the strategies are known.

    Raises:
        RecipeError: it has none, or one is not.
    """
    if not model.enabled:
        return
    from generators.model.strategies.catalogue import STRATEGIES  # templates that a run without a model does not need

    if not (model.base_url and model.name):
        raise RecipeError("recipe: generate.model: enabled, but base_url or name is empty; give both or use --no-model")
    for name in model.strategies:
        if name not in STRATEGIES:
            known = did_you_mean(name, STRATEGIES)
            raise RecipeError(f"recipe: generate.model.strategies: unknown strategy {name!r}{known}")
        if name == "repair":
            raise RecipeError("recipe: generate.model.strategies: give generate.model.repairs instead of repair")
