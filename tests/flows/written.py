"""Small seeds for tests: what `firmseed seeds new` makes, with every TODO written."""

from __future__ import annotations

import re
from pathlib import Path

from corpus.chips import Family
from corpus.seeds import Seed, load_seed
from corpus.taxonomy import taxonomy
from generators.scaffold import scaffold

COMMENTS = """comments:
  "Switches one pin.": 切换一个引脚。
  "On for anything but 0.": 非 0 即为开。
"""


def written(folder: Path, target: Family = "mcs51", **files: str) -> Seed:
    """A seed in this folder that switches a pin; `seed` are further lines of seed.yaml, `program` and `harness` whole
    files in place of its own."""
    name = folder.name.replace("-", "_")
    made = scaffold(folder.name, target, taxonomy().chips[target][0], "A pin", "Nobody", "gpio", 1)
    sheet = re.sub(r'"TODO: [^"]*"|TODO', f'"Write `{name}_set(uint8_t on)`."', made["seed.yaml"])
    sheet = sheet.replace("comments: {}\n", COMMENTS) + files.get("seed", "")
    sheet = sheet.replace("needs: []\n", "").replace("holes: {}\n", "") if "holes:" in files.get("seed", "") else sheet
    program = re.sub(r"TODO: what this [^*]* \*/", "Switches one pin. */", made["program.c"])
    program = re.sub(r"TODO: what it [^*]* \*/", "On for anything but 0. */", program)
    texts = {"seed.yaml": sheet, "program.c": files.get("program", program)}
    texts["harness.c"] = files.get("harness", re.sub(r"/\* TODO.*\n", "", made["harness.c"]))
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in texts.items():
        (folder / file).write_text(text, encoding="utf-8")
    return load_seed(folder)
