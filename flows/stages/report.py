"""Stage: the report and what goes with the data: dataset card, manifest, checksums."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus.recipe import Recipe
from corpus.records import Program
from corpus.seeds import Seed, load_seed
from corpus.shards import Manifest, sha256, write_bytes, write_json
from filters.diversity import Diversity, measure_diversity
from filters.keys import program_key
from flows.job import Job, JobMaker, stage_folder, stage_outputs, tool_versions, tool_words
from flows.progress import WORDS
from flows.stages.select import kept_ids
from generators.mutants.catalogue import OPERATORS
from generators.rewrites.catalogue import RULES
from generators.templates import default_filling
from reports.lengths import measure_lengths
from reports.measured import measure
from reports.model import model_yields
from reports.packing import checksums, manifest, package_versions
from reports.reach import reaches
from reports.rejects import Rejections
from reports.report import (
    Coverage,
    Lineage,
    Margin,
    Measure,
    MixtureOutcome,
    Report,
    Sample,
    SetSize,
    Shortfall,
    StageYield,
    Variety,
)
from reports.rows import LABELS, RowCounts, count_rows, instructions
from reports.samples import in_turn, read_programs, read_rows, sample
from reports.yields import operator_yields, ranked, rule_yields, stage_yield
from validators.behaviour import DRAWS, FILLS

NAME = "report"
VERSION = "3"
SECTIONS = tuple(Recipe.model_fields)

STAGES = ("seeds", "expand", "model", "select", "tasks", "curate", "mix", "emit")
SPLITS = ("train", "validation")
DIFFICULTIES = (1, 2, 3, 4, 5)

# Variety is measured on this many Programs, whatever the set's size: the measures depend on the sample's.
SAMPLE = 1000
_ROWS_SHOWN = 16
_ROWS_EACH = 4
_REJECTS_SHOWN = 12
_PAIRS_EACH = 3


def jobs(make: JobMaker) -> list[Job]:
    """One job; it reads what every stage left."""
    versions = [f"{name} {version}" for name, version in sorted(package_versions().items())]
    digests = [digest for stage in STAGES for digest in make.digests(stage)]
    return [make.job("all", [*digests, *versions, *tool_words(make.run)])]


def work(job: Job) -> Manifest:
    """Writes report.html, report.json, README.md, manifest.json and SHA256SUMS into the run's folder."""
    # A second of imports (plots, templates, highlighting) that no other command or stage needs.
    from reports.card import render_card
    from reports.page import render_json, render_page

    files = data_files(job.run)
    counts = {stage: _manifests(job.run, stage) for stage in STAGES}
    seeds = [load_seed(job.seeds / shard) for shard, found in counts["seeds"].items() if found["kept"]]
    report = gather(job, files, counts, seeds)
    write_bytes(job.run / "report.json", render_json(report))
    write_bytes(job.run / "report.html", render_page(report).encode())
    shown = {split: [path.relative_to(job.run).as_posix() for path in paths] for split, paths in files.items()}
    write_bytes(job.run / "README.md", render_card(report, shown).encode())
    # The report holds CPU times, so it is not among the files that must come out the same.
    same = [
        *(path for paths in files.values() for path in paths),
        *(job.run / n for n in ("rejects.parquet", "recipe.json", "README.md")),
    ]
    known = {path.relative_to(job.run).as_posix(): (sha256(path), path.stat().st_size) for path in same}
    digests = {seed.id: seed.digest for seed in seeds}
    made_by = manifest(report.recipe, report.tools, report.packages, digests, counts, known)
    write_json(job.run / "manifest.json", made_by)
    sums = {path: digest for path, (digest, _) in known.items()}
    sums["manifest.json"] = sha256(job.run / "manifest.json")
    write_bytes(job.run / "SHA256SUMS", checksums(sums).encode())
    names = ("report.html", "report.json", "README.md", "manifest.json", "SHA256SUMS")
    return job.seal({f"../../{name}": sha256(job.run / name) for name in names}, {})


def data_files(run: Path) -> dict[str, list[Path]]:
    """The emitted files of each split, in order."""
    return {split: sorted((run / "data").glob(f"{split}-*.parquet")) for split in SPLITS}


def gather(
    job: Job,
    files: Mapping[str, Sequence[Path]],
    counts: Mapping[str, Mapping[str, Mapping[str, Any]]],
    seeds: Sequence[Seed],
) -> Report:
    """Everything that the report says, from the manifests' `counts` by stage and shard and from the emitted files.

    Raises:
        UnreadableShard: a file is missing, cut short or no Parquet.
    """
    recipe = job.recipe
    rows = count_rows(files, recipe.seed, _ROWS_EACH, SAMPLE)
    rejections = Rejections(job.run / "rejects.parquet", recipe.seed, _PAIRS_EACH)
    ids = in_turn(rows.samples, _ROWS_SHOWN)
    drawn = read_rows(files, ids)
    wanted = {name for _, row in drawn.values() for name in row["prov_programs"]}
    measured = set(rows.programs.names)
    shards = [path for stage in ("expand", "model") for path in stage_outputs(job.run, stage, "programs")]
    programs = read_programs(shards, wanted | measured | rejections.pair_ids)
    mixed = next(iter(counts["mix"].values()))
    expanded = list(counts["expand"].values())
    return Report(
        name=recipe.name,
        size=SetSize(
            train=rows.splits["train"],
            validation=rows.splits["validation"],
            different=int(mixed["kept"]),
            tokens=sum(length * count for length, count in rows.lengths.items()),
            answer_tokens=rows.answer_tokens,
            bytes=sum(path.stat().st_size for paths in files.values() for path in paths),
        ),
        groups={label: rows.groups(label) for label in LABELS},
        stages=tuple(_stage(job.run, stage, counts[stage]) for stage in STAGES),
        gates=ranked(rejections.gates),
        mixture=_mixture(mixed, recipe),
        rules=rule_yields(expanded, [(rule.name, rule.family, rule.en) for rule in RULES]),
        reach=reaches(
            counts["expand"],
            stage_outputs(job.run, "expand", "draws"),
            {rule.name: rule.family for rule in RULES},
            recipe.generate.rewrites.steps,
        ),
        operators=operator_yields(expanded, [(one.name, one.en) for one in OPERATORS]),
        copies=ranked(rejections.copies),
        pairs=rejections.pairs(programs),
        lineages=_lineages(seeds, rows, rejections, counts["select"]),
        lineage_cap=recipe.curate.lineage_cap,
        variety=_variety(rows, [programs[name] for name in sorted(measured) if name in programs], files, recipe.seed),
        lengths=measure_lengths(rows.lengths),
        measured=measure(shards, kept_ids(job)),
        coverage=_coverage(seeds, rows),
        samples=_samples(ids, drawn, programs),
        rejects=rejections.shown(_REJECTS_SHOWN),
        rejected=rejections.count,
        stimuli=len(DRAWS),
        fills=len(FILLS),
        contains_model=rows.by_model > 0,
        tools=tool_versions(job.run),
        packages=package_versions(),
        recipe=recipe.model_dump(mode="json"),
        models=model_yields(counts["model"].values()),
        refused=tuple((shard, found["refused"]) for shard, found in counts["seeds"].items() if found["rejected"]),
    )


def _manifests(run: Path, stage: str) -> dict[str, dict[str, Any]]:
    """What each shard of a stage counted, by shard."""
    found = {}
    for path in sorted(stage_folder(run, stage).glob("*.json")):
        found[path.stem] = json.loads(path.read_text(encoding="utf-8"))["counts"]
    return found


def _stage(run: Path, stage: str, counts: Mapping[str, Mapping[str, Any]]) -> StageYield:
    times = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(stage_folder(run, stage).glob("*.time"))]
    return stage_yield(stage, WORDS[stage], list(counts.values()), times)


def _mixture(counts: Mapping[str, Any], recipe: Recipe) -> MixtureOutcome:
    shortfalls = [{**one, "make": tuple((cell, rows) for cell, rows in one["make"])} for one in counts["shortfalls"]]
    return MixtureOutcome(
        budget=counts["budget"],
        unit=counts["unit"],
        filled=counts[counts["unit"]],
        reach=counts["reach"],
        repeat_cap=recipe.mixture.repeat_cap,
        effective_rows=counts["effective_rows"],
        margins=tuple(Margin(**one) for one in counts["margins"]),
        shortfalls=tuple(Shortfall(**one) for one in shortfalls),
        binding=tuple(counts["binding"]),
    )


def _lineages(
    seeds: Sequence[Seed], rows: RowCounts, rejections: Rejections, selected: Mapping[str, Mapping[str, Any]]
) -> tuple[Lineage, ...]:
    """Every seed, those with most rows first."""
    programs = next(iter(selected.values()))["by_seed"]
    found = [
        Lineage(
            seed=seed.id,
            title=_plain(seed, seed.sheet.title.en),
            title_zh=_plain(seed, seed.sheet.title.zh),
            peripheral=seed.sheet.peripherals[0],
            difficulty=seed.sheet.difficulty,
            license=seed.sheet.license,
            split=rows.seed_split.get(seed.id, ""),
            programs=programs.get(seed.id, 0),
            capped=rejections.capped[seed.id],
            rows=rows.seed_rows[seed.id],
            tokens=rows.seed_tokens[seed.id],
        )
        for seed in seeds
    ]
    return tuple(sorted(found, key=lambda one: (-one.rows, one.seed)))


def _coverage(seeds: Sequence[Seed], rows: RowCounts) -> Coverage:
    placed = [(seed.sheet.peripherals[0], seed.sheet.difficulty) for seed in seeds]
    peripherals = tuple(sorted({name for name, _ in placed} | {name for name, _ in rows.cells}))
    return Coverage(
        peripherals=peripherals,
        difficulties=DIFFICULTIES,
        rows=tuple(tuple(rows.cells[name, level] for level in DIFFICULTIES) for name in peripherals),
        seeds=tuple(tuple(placed.count((name, level)) for level in DIFFICULTIES) for name in peripherals),
    )


def _variety(rows: RowCounts, programs: Sequence[Program], files: Mapping[str, Sequence[Path]], seed: int) -> Variety:
    sources = {program.id: program.source for program in programs}
    rng = random.Random(f"{seed}/report/variety")
    keys = [program_key(program) for program in programs]
    found = measure_diversity(keys, sources, instructions(files), rng, sample=SAMPLE)
    spread = []
    for (task, language), phrasings in sorted(rows.phrasings.items()):
        total = sum(phrasings.values())
        spread.append((task, language, total, len(phrasings), max(phrasings.values()) / total))
    return Variety(found.sample, _measures(found), found.openings, found.instructions, tuple(spread))


def _measures(found: Diversity) -> tuple[Measure, ...]:
    one = 1 / max(1, found.sample)
    return (
        Measure(
            "effective programs",
            found.effective_programs,
            f"Vendi score of {found.effective_sample:,} programs by exact Jaccard similarity: copies give 1, programs "
            f"that share nothing {found.effective_sample:,}",
        ),
        Measure(
            "distinct 8-shingles",
            found.distinct_8,
            f"share of 8-token shingles that differ, names and literals made alike: copies give {one:.3g}, higher is "
            "more varied",
        ),
        Measure(
            "neighbours",
            found.neighbour_share,
            "share of programs with another at Jaccard 0.5 or more: high by design, since variants of a seed are alike",
        ),
        Measure(
            "neighbours across seeds",
            found.neighbour_share_across,
            "the same, the other being of another seed: 0 is best, about 0.01 is usual for unrelated code",
        ),
        Measure(
            "compression ratio",
            found.compression_ratio,
            "bytes over zstd-compressed bytes of the programs: lower is more varied; blind to renaming",
        ),
        Measure(
            "distinct openings", found.distinct_openings, f"different beginnings of {found.instructions:,} instructions"
        ),
    )


def _samples(
    ids: Sequence[str], drawn: Mapping[str, tuple[str, dict[str, Any]]], programs: Mapping[str, Program]
) -> tuple[Sample, ...]:
    return tuple(sample(*drawn[name], programs) for name in ids if name in drawn)


def _plain(seed: Seed, text: str) -> str:
    """A seed's words with its default values."""
    return default_filling(seed).words(text)
