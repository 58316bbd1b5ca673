"""GitHub's workflows do what a person does at a desk, by the same commands, with no more rights than that takes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.deploying import stages

ROOT = Path(__file__).parents[2]
FILES = {file.stem: file for file in sorted((ROOT / ".github" / "workflows").glob("*.yml"))}
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
FIRST_PARTY = re.compile(r"actions/(checkout|setup-python|setup-node)@v\d+")
"""Of GitHub itself, by their major tag; anybody else's would be named by its commit."""


def written(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(FILES[name].read_text(encoding="utf-8"), yaml.BaseLoader)
    return found


def steps(name: str, job: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = written(name)["jobs"][job]["steps"]
    return found


def runs(name: str, job: str) -> list[str]:
    return [one["run"] for one in steps(name, job) if "run" in one]


def test_there_are_these_workflows_and_no_others() -> None:
    assert sorted(FILES) == ["ci", "deploy"]


def test_what_is_checked_is_what_the_readme_says() -> None:
    assert runs("ci", "test") == [".ci/run"]
    called = re.findall(r"^make (\w+)", (ROOT / ".ci" / "run").read_text(encoding="utf-8"), re.MULTILINE)
    assert called == ["test", "security"]
    assert all(f"make {target}" in README for target in called)


@pytest.mark.parametrize(("job", "how"), [("plan", "PLAN=1"), ("deploy", "YES=1")])
def test_a_deployment_is_make_deploy_with_variables_that_it_reads(job: str, how: str) -> None:
    (command,) = [one for one in runs("deploy", job) if one.startswith("make deploy")]
    assert command.endswith(how)
    recipe = MAKEFILE.partition("\ndeploy:")[2].partition("\n\n")[0]
    for variable in re.findall(r"(\w+)=", command):
        assert f"$({variable})" in recipe or f"$(or $({variable})" in recipe or f"$(if $({variable})" in recipe
    assert "make deploy STAGE=" in README and "make deploy STAGE=" in (ROOT / "docs/how-to/deploy.md").read_text()


def test_the_two_jobs_differ_in_nothing_but_whether_it_is_done() -> None:
    assert [one.replace("PLAN=1", "YES=1") for one in runs("deploy", "plan")] == runs("deploy", "deploy")


def test_production_is_asked_for_by_hand_and_waits_for_its_environment() -> None:
    workflow = written("deploy")
    assert set(workflow["on"]) == {"workflow_run", "workflow_dispatch"}
    chosen = workflow["on"]["workflow_dispatch"]["inputs"]["stage"]
    assert sorted(chosen["options"]) == sorted(file.stem for file in stages.FOLDER.glob("*.toml"))
    assert workflow["env"]["STAGE"] == "${{ inputs.stage || 'staging' }}", "what nobody chose is never production"
    assert workflow["jobs"]["deploy"]["environment"] == "${{ inputs.stage || 'staging' }}"
    assert workflow["jobs"]["deploy"]["needs"] == "plan", "the change set can be read before somebody approves"


def test_nothing_of_a_fork_is_deployed() -> None:
    assert "github.event.workflow_run.event == 'push'" in written("deploy")["jobs"]["plan"]["if"]


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_workflow_has_no_more_rights_than_it_needs(name: str) -> None:
    text, workflow = FILES[name].read_text(encoding="utf-8"), written(name)
    wanted = {"contents": "read"} | ({"id-token": "write"} if name == "deploy" else {})
    assert workflow["permissions"] == wanted
    assert "secrets." not in text and "AKIA" not in text, "a role for the hour, no key that lasts"
    assert "pull_request_target" not in text
    for job in workflow["jobs"]:
        for step in steps(name, job):
            assert "uses" not in step or FIRST_PARTY.fullmatch(step["uses"]), step
            assert "${{" not in step.get("run", ""), "what somebody typed comes by the environment, never as code"
