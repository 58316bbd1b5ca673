"""How large the package of each function is; functions with one zip share a row."""

from __future__ import annotations

import json
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra import package
from tests.bench.measure.rows import Row

MEGABYTE = 1e6
LIMIT = 60
"""Megabytes, unzipped; a function of analyses, whose libraries alone are larger, would not count."""


def measure() -> list[Row]:
    made = package.package()
    return list(rows(made, json.loads((made / "sam.json").read_text())))


def rows(made: Path, template: dict[str, Any]) -> Iterator[Row]:
    found = parcels(template)
    for archive, functions in found.items():
        zipped = (made / archive).stat().st_size
        with zipfile.ZipFile(made / archive) as opened:
            unzipped = sum(entry.file_size for entry in opened.infolist())
        operation = f"package of {', '.join(sorted(functions)) if len(found) > 1 else 'every function'}"
        yield Row(operation, "zip", "MB", zipped / MEGABYTE)
        yield Row(operation, "unzipped", "MB", unzipped / MEGABYTE, limit=LIMIT)


def parcels(template: dict[str, Any]) -> dict[str, list[str]]:
    """Zip → the functions that run from it."""
    found = defaultdict(list)
    for one in template["Resources"].values():
        if one["Type"] == "AWS::Serverless::Function":
            found[one["Properties"]["CodeUri"]].append(name_of(one))
    return found


def name_of(function: dict[str, Any]) -> str:
    """`fan_out`, of a function in the packaged template."""
    name: str = function["Properties"]["FunctionName"]["Fn::Sub"]
    return name.removeprefix("${AWS::StackName}-").replace("-", "_")
