"""The package as it goes to CloudFormation, made once (or found up to date) and read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra import package
from infra.local import cloud, places
from tests.conftest import ENVIRONMENT

STAGES = ("local", "prod")


@dataclass(frozen=True)
class Packaged:
    template: dict[str, Any]

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Name → properties of each resource of a type."""
        found = {name: one for name, one in self.template["Resources"].items() if one["Type"] == kind}
        return {name: one["Properties"] for name, one in found.items()}

    @property
    def functions(self) -> dict[str, dict[str, Any]]:
        common = self.template["Globals"]["Function"]
        return {name: common | own for name, own in self.of_type("AWS::Serverless::Function").items()}

    @property
    def events(self) -> dict[str, dict[str, Any]]:
        """Function → its one event source."""
        with_events = {name: one["Events"] for name, one in self.functions.items() if "Events" in one}
        return {name: next(iter(events.values())) for name, events in with_events.items()}

    @property
    def policies(self) -> dict[str, list[dict[str, Any]]]:
        """Role → the statements of its policies."""
        roles = self.of_type("AWS::IAM::Role").items()
        return {name: [one for policy in role["Policies"] for one in policy["PolicyDocument"]["Statement"]]
                for name, role in roles}  # fmt: skip

    def value(self, node: Any, stage: str) -> Any:
        """What a `FindInMap` by stage comes to."""
        if isinstance(node, dict) and "Fn::FindInMap" in node:
            name, _, key = node["Fn::FindInMap"]
            return self.template["Mappings"][name][stage][key]
        return node


@pytest.fixture(scope="session")
def packaged() -> Packaged:
    return Packaged(json.loads((package.package() / "sam.json").read_text()))


@pytest.fixture(scope="session")
def archive() -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(package.package() / "deployment.zip") as found:
        yield found


@pytest.fixture(scope="module")
def own_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What `local.json` says of a local cloud of one's own, deployed for the first time and with nobody in it."""
    home = tmp_path_factory.mktemp("cloud") / "home"
    try:
        _cloud(home, "up", "--detach")
        yield json.loads((home / "local.json").read_text())
    finally:
        _cloud(home, "down")


def _cloud(home: Path, *words: str) -> None:
    outside = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT}
    chosen = {"COFFER_HOME": str(home), cloud.EMPTY: "1", "PORT": str(places._any_free())}
    command = [sys.executable, "-m", "infra.local.cloud", *words]
    subprocess.run(
        command, cwd=package.ROOT, env={**outside, **chosen}, stdout=subprocess.DEVNULL, timeout=300, check=True
    )


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def get_att(name: str, attribute: str = "Arn") -> dict[str, list[str]]:
    return {"Fn::GetAtt": [name, attribute]}
