"""What runbooks call by its name in AWS is what the package makes under that name."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from infra import furniture
from infra.package import ROOT
from tests.infra.conftest import Packaged

GUIDE = ROOT / "docs" / "how-to" / "deploy.md"
PAGES = {file.stem: file.read_text(encoding="utf-8") for file in sorted((ROOT / "infra" / "runbooks").glob("*.md"))}
OF_ANOTHER_STACK = {"coffer-firewall"}


@pytest.mark.parametrize("name", PAGES)
def test_an_alarm_on_a_page_is_an_alarm_of_the_package(packaged: Packaged, name: str) -> None:
    named = set(re.findall(r"`(\w+Alarm)`", PAGES[name]))
    assert named <= set(packaged.of_type("AWS::CloudWatch::Alarm"))


@pytest.mark.parametrize("name", PAGES)
def test_what_a_page_calls_by_name_is_in_the_package(packaged: Packaged, name: str) -> None:
    made = set(re.findall(r"\$\{AWS::StackName\}(-[a-z-]+(?:\.fifo)?)", json.dumps(packaged.template)))
    looped = [
        f"coffer-{one}" for names in re.findall(r"for one in ([a-z -]+); do", PAGES[name]) for one in names.split()
    ]
    for called in {*re.findall(r"\bcoffer-[a-z-]+(?:\.fifo)?", PAGES[name]), *looped} - OF_ANOTHER_STACK - {"coffer-"}:
        assert called.removeprefix("coffer") in made, f"{name}.md: the stack has no {called}"


@pytest.mark.parametrize(
    "file", [*sorted((ROOT / "infra" / "runbooks").glob("*.md")), GUIDE], ids=lambda file: file.stem
)
def test_what_the_api_calls_by_an_alias_reads_a_secret_anew_only_with_a_version_of_its_own(file: Path) -> None:
    """A published version keeps its configuration, and its processes what they have read."""
    for shell in re.findall(r"```sh\n(.*?)```", file.read_text(encoding="utf-8"), re.DOTALL):
        told = set(re.findall(r"update-function-configuration --function-name coffer-([a-z]+)", shell))
        published = set(re.findall(r"publish-version --function-name coffer-([a-z]+)", shell))
        for names, body in re.findall(r"for one in ([a-z -]+); do(.*?)done", shell, re.DOTALL):
            told |= set(names.split()) if "update-function-configuration" in body else set()
            published |= set(names.split()) if "publish-version" in body else set()
        assert told & furniture.HTTP_FUNCTIONS.keys() <= published


def test_a_secret_is_read_anew_by_all_who_read_it() -> None:
    (shell,) = re.findall(r"```sh\n(for one in access.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    told, published = (set(names.split()) for names in re.findall(r"for one in ([a-z -]+); do", shell))
    assert published == told & furniture.HTTP_FUNCTIONS.keys()
    for function in told:
        policy = json.loads((ROOT / ".chalice" / f"policy-{function}.json").read_text(encoding="utf-8"))
        assert "secretsmanager:GetSecretValue" in json.dumps(policy), function
