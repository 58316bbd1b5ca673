"""Nothing comes into the zip but what the lock names by its hash."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from infra import package, wheels
from infra.checks import locked


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """A copy of what Chalice packed."""
    package.package()
    return Path(shutil.copy(package.dependencies(), tmp_path / "dependencies.zip"))


def test_what_is_packed_is_what_the_hashes_name(packed: Path) -> None:
    assert locked.zipped(packed) == []


@pytest.mark.parametrize("name", ["botocore/session.py", "botocore/one_more.py"])
def test_a_file_that_is_in_no_wheel_is_found(packed: Path, name: str) -> None:
    with zipfile.ZipFile(packed) as whole, zipfile.ZipFile(packed.with_name("altered.zip"), "w") as altered:
        for entry in whole.namelist():
            if entry != name:
                altered.writestr(entry, whole.read(entry))
        altered.writestr(name, "import os\n")
    assert [(one.check, one.where) for one in locked.zipped(packed.with_name("altered.zip"))] == [("in no wheel", name)]


def test_every_package_in_it_has_the_version_of_the_lock(packed: Path) -> None:
    with zipfile.ZipFile(packed) as opened:
        told = {name.split("/")[0] for name in opened.namelist() if name.split("/")[0].endswith(".dist-info")}
    found = dict(one.removesuffix(".dist-info").rsplit("-", 1) for one in told)
    versions = {wheels.plain(name): version for name, version in found.items()}
    assert versions and versions == {name: wheels.locked()[name].version for name in versions}
    assert set(wheels.pinned(package.ROOT / "requirements.txt")) <= set(versions)


def test_a_wheel_that_is_not_what_it_was_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheels, "HOUSE", tmp_path / "wheels")
    monkeypatch.setattr(wheels, "LOCK", tmp_path / "edited.lock")
    wheels.LOCK.write_text(f"six==1.17.0 \\\n    --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="is not what it was"):
        wheels.only()
    assert not (wheels.HOUSE / "lock.sha256").exists(), "what was refused counts as fetched"
