"""Where a model's program belongs when it was asked for elsewhere than its seed: chip, dialect, peripheral, difficulty.

The step that made the program keeps what differs from the seed, so that its gates and its row speak of the same place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from corpus.seeds import Seed
from corpus.taxonomy import taxonomy
from generators.model.drafts import Subject
from generators.model.home import home_of

Params = tuple[tuple[str, str], ...]


def differences(seed: Seed, subject: Subject) -> Params:
    """What differs from the seed, by key of its sheet; `dialect` may be `keil`, too."""
    home, known = home_of(subject), taxonomy()
    families = {name: family.peripherals[0] for name, family in known.families.items()}
    asked = {
        "target": home.target,
        "chip": home.chip,
        "dialect": home.dialect,
        "peripheral": families.get(subject.family) or (subject.other if subject.other in known.family_of else ""),
        "difficulty": str(subject.difficulty or ""),
    }
    sheet = seed.sheet
    own = {
        "target": sheet.target,
        "chip": sheet.chip,
        "dialect": sheet.dialect,
        "peripheral": sheet.peripherals[0],
        "difficulty": str(sheet.difficulty),
    }
    return tuple((key, value) for key, value in asked.items() if value and value != own[key])


def placed(seed: Seed, params: Mapping[str, str]) -> Seed:
    """The seed as if it stood where the program does; only its sheet's labels and chip are to be used."""
    update: dict[str, object] = {key: params[key] for key in ("target", "chip", "dialect") if key in params}
    if "peripheral" in params:
        update |= {"peripherals": (params["peripheral"],), "tags": ()}
    if "difficulty" in params:
        update["difficulty"] = int(params["difficulty"])
    return replace(seed, sheet=seed.sheet.model_copy(update=update)) if update else seed
