"""What is in the layer of those who read the lake: DuckDB and what draws pictures, and none of it in the zip."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra import archive as made
from infra import package, wheels
from infra.checks import locked

DEVELOPERS = package.ROOT / "requirements-dev.txt"


@pytest.fixture(scope="module")
def layer() -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(package.package() / "layer.zip") as found:
        yield found


def tops(names: list[str]) -> set[str]:
    return {name.split("/")[0] for name in names}


def inside(layer: zipfile.ZipFile) -> set[str]:
    return tops([name.removeprefix("python/") for name in layer.namelist()])


def test_everything_is_where_lambda_looks_for_it(layer: zipfile.ZipFile) -> None:
    assert tops(layer.namelist()) == {"python"}
    assert {"duckdb", "PIL"} <= inside(layer)


def test_nothing_of_it_is_in_the_zip_that_all_functions_share(layer: zipfile.ZipFile, archive: zipfile.ZipFile) -> None:
    assert not inside(layer) & tops(archive.namelist())
    assert not [name for name in archive.namelist() if "duckdb" in name.lower()]
    assert not set(wheels.locked(wheels.LAYER_LOCK)) & set(wheels.locked())


def test_code_and_layer_together_are_less_than_lambda_takes(layer: zipfile.ZipFile, archive: zipfile.ZipFile) -> None:
    unzipped = sum(entry.file_size for one in (layer, archive) for entry in one.infolist())
    assert unzipped < package.MOST_UNZIPPED / 2, "what is new in it, and does it fit beside what comes next?"


def test_duckdb_and_what_draws_pictures_can_be_imported_from_it_alone(layer: zipfile.ZipFile, tmp_path: Path) -> None:
    layer.extractall(tmp_path)
    drawn = "Image.new('RGB', (2, 1)).size"
    asked = "duckdb.sql('SELECT 6 * 7').fetchone()[0]"
    code = f"import sys; sys.path.insert(0, 'python'); import duckdb; from PIL import Image; print({asked}, {drawn})"
    done = subprocess.run(
        [sys.executable, "-S", "-E", "-B", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout == "42 (2, 1)\n", done.stderr


def test_the_same_wheels_give_the_same_bytes(layer: zipfile.ZipFile, tmp_path: Path) -> None:
    made.layer(reversed(wheels.of_the_layer()), tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == Path(str(layer.filename)).read_bytes()


def test_tests_run_against_what_the_layer_holds() -> None:
    wanted, developers = wheels.pinned(locked.LAYER_PINS), wheels.pinned(DEVELOPERS)
    assert wanted and wanted == {name: developers.get(name) for name in wanted}
    assert not set(wanted) & set(wheels.pinned(package.ROOT / "requirements.txt"))


def test_what_is_in_it_is_what_the_hashes_name() -> None:
    package.package()
    assert locked.layered() == []


@pytest.mark.parametrize("name", ["duckdb/__init__.py", "duckdb/one_more.py"])
def test_a_file_that_is_in_no_wheel_is_found(layer: zipfile.ZipFile, name: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "altered.zip", "w") as altered:
        altered.writestr("python/PIL/__init__.py", layer.read("python/PIL/__init__.py"))
        altered.writestr(f"python/{name}", "import os\n")
    found = locked.layered(tmp_path / "altered.zip")
    assert [(one.tool, one.check, one.where) for one in found] == [("layer", "in no wheel", name)]


def test_a_wheel_of_it_that_is_not_what_it_was_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheels, "LAYER_HOUSE", tmp_path / "wheels")
    monkeypatch.setattr(wheels, "LAYER_LOCK", tmp_path / "edited.lock")
    wheels.LAYER_LOCK.write_text(f"six==1.17.0 \\\n    --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"edited\.lock names cannot be fetched, or is not what it was"):
        wheels.of_the_layer()
    assert not (wheels.LAYER_HOUSE / "lock.sha256").exists(), "what was refused counts as fetched"


def test_a_layer_that_does_not_fit_beside_the_code_is_not_packaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package, "OUT", tmp_path)
    monkeypatch.setattr(package, "MOST_UNZIPPED", 5)
    (tmp_path / "zip").mkdir()
    (tmp_path / "zip" / "app.py").write_text("123")
    (tmp_path / "deployment.zip").write_bytes(b"")
    for content, fits in (("12", True), ("123", False)):
        with zipfile.ZipFile(tmp_path / "layer.zip", "w") as one:
            one.writestr("python/a.py", content)
        if fits:
            package._report(0)
            continue
        with pytest.raises(SystemExit, match="Lambda takes 250"):
            package._report(0)
