"""What is put up with has a reason, what is built from has a hash. `make security` does the looking itself."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from infra import wheels
from infra.checks import locked, suppressions
from infra.checks.suppressions import Finding, Suppression

ROOT = Path(__file__).parents[2]
WRITTEN = suppressions.written()
ALL = Suppression("checkov", "CKV_1", ("Function.*", "Bucket.Pages"), "because")


@pytest.mark.parametrize("reason", sorted({one.reason for one in WRITTEN} | {why for _, why in suppressions.made_up()}))
def test_whatever_is_put_up_with_has_a_reason(reason: str) -> None:
    assert len(reason.split()) >= 6 and reason.endswith("."), f"say why in a sentence: {reason}"


def test_nothing_is_put_up_with_everywhere() -> None:
    assert WRITTEN
    for one in WRITTEN:
        assert one.where and not {"*", "**"} & set(one.where), f"{one.tool} {one.check}: say where"
        if one.tool != "checkov":
            assert all((ROOT / where).is_file() for where in one.where), f"{one.tool} {one.check} names no file"


def test_a_form_that_is_no_secret_is_narrow() -> None:
    for value, _ in suppressions.made_up():
        for secret in (
            "AKIAIOSFODNN7EXAMPLE",
            "whsec_aGFyYm91cg==",
            "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
            "hunter2!",
            "password",
        ):
            assert not re.search(value, secret), f"{value} hides {secret}"


def test_what_has_no_reason_stands_and_what_is_found_no_more_must_go() -> None:
    ours, other = Finding("checkov", "CKV_1", "Function.Pay"), Finding("checkov", "CKV_1", "Bucket.Exports")
    assert suppressions.judged([ours, other], [ALL]) == ([other], ["checkov CKV_1 Bucket.Pages"])
    assert suppressions.judged([Finding("checkov", "CKV_2", "Function.Pay")], [])[0]
    assert suppressions.judged([Finding("bandit", "CKV_1", "Function.Pay")], [ALL])[0]


def test_the_lock_has_what_is_wanted_each_with_its_hashes() -> None:
    assert locked.pins() == [], "run `make lock`"
    assert set(wheels.pinned(ROOT / "requirements.txt")) < set(wheels.locked()), "what they need themselves is missing"


@pytest.mark.parametrize("old", ["chalice==", "msgspec=="])
def test_a_pin_that_the_lock_does_not_follow_is_found(
    old: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited = re.sub(rf"^{old}\S+", f"{old}0.0.1", wheels.LOCK.read_text(encoding="utf-8"), flags=re.MULTILINE)
    monkeypatch.setattr(wheels, "LOCK", tmp_path / "edited.lock")
    wheels.LOCK.write_text(edited, encoding="utf-8")
    assert [(one.check, one.where) for one in locked.pins()] == [("other", old.removesuffix("=="))]


def test_a_package_without_a_hash_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheels, "LOCK", tmp_path / "edited.lock")
    plain = "\n".join(f"{name}=={one}" for name, one in wheels.pinned(ROOT / "requirements.txt").items())
    wheels.LOCK.write_text(plain + "\n", encoding="utf-8")
    monkeypatch.setattr(locked, "NPM_LOCK", tmp_path / "package-lock.json")
    locked.NPM_LOCK.write_text(json.dumps({"packages": {"": {}, "node_modules/preact": {"version": "11.0.0"}}}))
    without = {one.where for one in locked.pins() if one.check == "without a hash"}
    assert without == {*wheels.pinned(ROOT / "requirements.txt"), "node_modules/preact"}


def test_the_tools_are_pinned_and_ci_runs_them() -> None:
    tools = (ROOT / "infra/checks/requirements.txt").read_text(encoding="utf-8").split()
    assert tools and all(re.fullmatch(r"[\w-]+==[\w.]+", one) for one in tools)
    assert "make security" in (ROOT / ".ci/run").read_text(encoding="utf-8")
