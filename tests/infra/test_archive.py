"""What is in the zip: our code and what it imports, with byte code that Python takes unseen."""

from __future__ import annotations

import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from infra import archive as made
from infra.package import ROOT

UNCHECKED_HASH = 0b01
"""PEP 552: hash-based, and the source is not looked at."""


def test_every_module_has_byte_code_that_is_taken_unseen(archive: zipfile.ZipFile) -> None:
    names = set(archive.namelist())
    for name in (name for name in names if name.endswith(".pyc")):
        assert struct.unpack("<I", archive.read(name)[4:8]) == (UNCHECKED_HASH,), name
    for name in (name for name in names if name.endswith(".py")):
        folder, _, file = name.rpartition("/")
        cached = f"__pycache__/{file.removesuffix('.py')}.{sys.implementation.cache_tag}.pyc"
        assert (f"{folder}/{cached}" if folder else cached) in names


def test_every_module_and_catalogue_of_ours_is_in_it(archive: zipfile.ZipFile) -> None:
    ours = [path for path in (ROOT / "chalicelib").rglob("*") if path.suffix in (".py", ".json")]
    assert {"app.py", *(str(path.relative_to(ROOT)) for path in ours)} <= set(archive.namelist())


def test_only_ours_brings_its_sources(archive: zipfile.ZipFile) -> None:
    sources = {name.split("/")[0] for name in archive.namelist() if name.endswith(".py")}
    assert sources == {"app.py", "chalicelib"}


def test_nothing_is_in_it_that_only_builds_or_tests(archive: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in archive.namelist()}
    assert not tops & {
        "tests",
        "infra",
        "docs",
        "pip",
        "setuptools",
        "wheel",
        "pytest",
        "moto",
        "boto3",
        "node_modules",
    }


def test_the_data_of_every_service_that_is_called_is_in_it(archive: zipfile.ZipFile) -> None:
    services = {name.split("/")[2] for name in archive.namelist() if name.startswith("botocore/data/")}
    assert made.services(ROOT / "chalicelib") <= services


def test_it_stays_small_enough_to_start_quickly(archive: zipfile.ZipFile) -> None:
    unzipped = sum(entry.file_size for entry in archive.infolist())
    assert unzipped < 50_000_000, "a quarter of Lambda's limit: what is new in it, and who needs it at a cold start?"


def test_it_can_be_imported_alone(archive: zipfile.ZipFile, tmp_path: Path) -> None:
    archive.extractall(tmp_path)
    alone = [
        sys.executable,
        "-S",
        "-E",
        "-c",
        "import sys; sys.path.insert(0, '.'); import app; print(app.app.app_name)",
    ]
    done = subprocess.run(alone, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "coffer\n", done.stderr


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("botocore/data/dynamodb/2012-08-10/service-2.json.gz", True),
        ("botocore/data/ec2/2016-11-15/service-2.json.gz", False),
        ("botocore/data/endpoints.json", True),
        ("pip/__init__.py", False),
        ("msgspec/_core.pyi", False),
        ("chalicelib/kernel/catalogues/errors.json", True),
    ],
)
def test_what_is_kept(name: str, kept: bool) -> None:
    assert made.needed(name, {"dynamodb"}) is kept
