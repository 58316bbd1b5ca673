"""What runbooks call by its name in AWS is what the package makes under that name."""

from __future__ import annotations

import json
import re

import pytest

from infra import furniture
from infra.package import ROOT
from tests.infra.conftest import Packaged

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


@pytest.mark.parametrize("name", PAGES)
def test_what_the_api_calls_by_an_alias_reads_a_secret_anew_only_with_a_version_of_its_own(name: str) -> None:
    """A published version keeps its configuration, and its processes what they have read."""
    shells = re.findall(r"```sh\n(.*?)```", PAGES[name], re.DOTALL)
    for shell in shells:
        told = set(re.findall(r"update-function-configuration --function-name coffer-([a-z]+)", shell))
        loops = {verb: set[str]() for verb in ("update-function-configuration", "publish-version")}
        for names, body in re.findall(r"for one in ([a-z -]+); do(.*?)done", shell, re.DOTALL):
            for verb in loops:
                loops[verb] |= set(names.split()) if verb in body else set()
        published = loops["publish-version"] | set(
            re.findall(r"publish-version --function-name coffer-([a-z]+)", shell)
        )
        assert (told | loops["update-function-configuration"]) & furniture.HTTP_FUNCTIONS.keys() <= published
