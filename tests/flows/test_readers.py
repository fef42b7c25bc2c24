"""The set is read by those it is made for: HuggingFace datasets and TRL."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::ResourceWarning"
)


@pytest.fixture
def loaded(finished: Path, tmp_path: Path) -> Any:
    """Both splits as HuggingFace datasets."""
    # By name: to a type checker `datasets` is our own folder of data.
    load_dataset = import_module("datasets").load_dataset
    files = {split: str(finished / "data" / f"{split}-*.parquet") for split in ("train", "validation")}
    return load_dataset("parquet", data_files=files, cache_dir=str(tmp_path / "cache"))


def test_datasets_loads_every_row(loaded: Any, finished: Path) -> None:
    """As many rows as pyarrow sees, with the same first row."""
    for split in ("train", "validation"):
        table = pq.read_table(next((finished / "data").glob(f"{split}-*.parquet")))
        assert len(loaded[split]) == table.num_rows > 0
        assert loaded[split][0] == table.slice(0, 1).to_pylist()[0]


def test_trl_sees_conversations(loaded: Any) -> None:
    """Both shapes: messages, and prompt with completion; roles in turn, the answer last, nothing empty."""
    from trl.data_utils import is_conversational

    for row in loaded["train"]:
        assert is_conversational({"messages": row["messages"]})
        assert is_conversational({"prompt": row["prompt"], "completion": row["completion"]})
        assert [turn["role"] for turn in row["messages"]][-2:] == ["user", "assistant"]
        assert row["prompt"] + row["completion"] == row["messages"]
        assert all(set(turn) == {"role", "content"} and turn["content"].strip() for turn in row["messages"])


def test_no_huggingface_key_and_only_plain_types(finished: Path) -> None:
    """The key would lock out older readers, `large_string` and dictionaries as well."""
    for path in (finished / "data").glob("*.parquet"):
        schema = pq.read_schema(path)
        assert not schema.metadata or b"huggingface" not in schema.metadata
        assert not any("large" in str(field.type) or "dictionary" in str(field.type) for field in schema)
        assert pq.ParquetFile(path).metadata.row_group(0).column(0).compression == "ZSTD"


def test_no_column_has_a_name_that_a_trainer_would_take_for_its_own(finished: Path) -> None:
    """`label`, `images`, `tools` and the like switch modes in trainers."""
    reserved = {
        "input_ids",
        "labels",
        "label",
        "image",
        "images",
        "tools",
        "system",
        "chat_template_kwargs",
        "text",
        "conversations",
    }
    for path in (finished / "data").glob("*.parquet"):
        assert not reserved & set(pq.read_schema(path).names)
