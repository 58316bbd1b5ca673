"""Whose packs are taken, and what does not read as one."""

from __future__ import annotations

import base64
import json
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chalicelib.policy.pack import Pack
from infra import packs, policies
from infra.packs import FOLDER, Refused
from tests.unit.policy_kit import pack

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SIGNERS = {"tester": base64.b64encode(KEY.public_key().public_bytes_raw()).decode()}
CHINA = (FOLDER / "CN-2025-01.yaml").read_bytes()
AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One pack, signed."""
    (tmp_path / "signers.json").write_text(json.dumps(SIGNERS))
    file = tmp_path / "CN-2025-01.yaml"
    file.write_bytes(CHINA)
    (tmp_path / "CN-2025-01.yaml.sig").write_text(packs.signature(CHINA, "tester", KEY))
    return tmp_path


def test_what_is_shipped_is_signed_and_compiled() -> None:
    policies.check()


def test_a_signed_pack_is_taken(folder: Path) -> None:
    assert [one.id for one in policies.checked(folder)] == ["CN-2025-01"]


@pytest.mark.parametrize("position", [0, len(CHINA) // 2, len(CHINA) - 1])
def test_a_pack_with_another_byte_is_refused(folder: Path, position: int) -> None:
    other = CHINA[:position] + bytes([CHINA[position] ^ 1]) + CHINA[position + 1 :]
    (folder / "CN-2025-01.yaml").write_bytes(other)
    with pytest.raises(Refused, match="does not hold"):
        policies.checked(folder)


def test_a_signer_whom_nobody_knows_a_wrong_key_and_no_signature_are_refused(folder: Path) -> None:
    beside = folder / "CN-2025-01.yaml.sig"
    for written, why in (
        (packs.signature(CHINA, "stranger", KEY), "none of the signers"),
        (packs.signature(CHINA, "tester", Ed25519PrivateKey.generate()), "does not hold"),
        ("tester ???", "does not hold"),
        ("tester", "does not hold"),
        ("", "none of the signers"),
    ):
        beside.write_text(written)
        with pytest.raises(Refused, match=why):
            policies.checked(folder)
    beside.unlink()
    with pytest.raises(Refused, match="is not signed"):
        policies.checked(folder)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("id: CN-2025-01", "id: CN-2025-01\nid: CN-2025-01", "written twice"),
        ("least: 1000", "least: 1000\n  least: 1", "written twice"),
        ("least: 1000", "least: '1000'", "Expected `int`"),
        ("least: 1000", "least: 10.0", "Expected `int`"),
        ("least: 1000", "least: 1000\n  most: 5", "unknown field"),
        ("least: 1000", "least: &one 1000\n  verified_at: *one", "alias"),
        ("  least: 1000\n", "", "missing required field"),
        ("area: CN", "area: China", "matching regex"),
        ("needs: [identity-document]", "needs: [a-horse]", "Invalid enum"),
        ("needs: []", "needs: [selfie]", "the lowest tier needs nothing"),
        ("[identity-document, proof-of-address]", "[proof-of-address]", "at least what the one below"),
        ("day: 3000000", "day: 30000000", "a shorter time allows no more"),
        ("above: [500000, 1000000, 2000000]", "above: [500000, 1000000]", "every tier has its thresholds"),
        ("disclosures: [", "disclosures: [none-such, ", "no such text"),
        ("effective_at: 2025-01-01T00:00:00Z", "effective_at: 2025-01-01T00:00:00", "timezone"),
    ],
)
def test_what_is_not_a_pack_is_refused(old: str, new: str, why: str) -> None:
    text = CHINA.decode()
    assert old in text
    with pytest.raises(Refused, match=why):
        packs.read(text.replace(old, new, 1).encode())


@pytest.mark.parametrize(
    "basis",
    [
        {},
        {"verified_at": "2026-12-02"},
        {"source": {"article": "1", "title": "A law"}},
        {"example": "x", "verified_at": "2026-12-02", "source": {"article": "1", "title": "A law"}},
        {"example": "x", "verified_at": "2026-12-02"},
    ],
)
def test_a_rule_has_exactly_one_basis(basis: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="either verified"):
        pack("x", AT, guardian={"above": 4, **basis})
    assert pack("x", AT, guardian={"above": 4, "verified_at": "2026-12-02", "source": {"article": "1", "title": "L"}})


def of(name: str, year: int = 2025, month: int = 1, **other: Any) -> Pack:
    begins = datetime(year, month, 1, tzinfo=UTC)
    return pack(name, begins, **({"area": name[:2], "jurisdictions": [name[:2]]} | other))


def test_packs_that_do_not_go_together_are_refused() -> None:
    europe = of("EU-2025-01", jurisdictions=["FR", "IT"], currency="EUR")
    packs.together(
        [of("CN-2025-01"), europe, of("EU-2025-06", month=6, jurisdictions=["IT", "FR", "PT"], currency="EUR")]
    )
    for wrong, why in (
        (of("FR-2025-01"), "FR is in EU and in FR"),
        (of("EU-2025-06", month=6, jurisdictions=["IT"], currency="EUR"), r"lacks \['FR'\]"),
        (of("EU-2025-06", month=6, jurisdictions=["FR", "IT"]), "another currency"),
        (europe, "begin at once"),
        (of("EU-2025-05", month=6, jurisdictions=["FR", "IT"], currency="EUR"), "its name is its area and month"),
        (of("GB-2025-01", currency="XXX"), "its currency one of ours"),
    ):
        with pytest.raises(Refused, match=why):
            packs.together([europe, wrong])


def test_a_file_holds_the_pack_of_its_name_and_a_signature_signs_something(folder: Path) -> None:
    (folder / "EU-2025-01.yaml.sig").write_text("tester x")
    with pytest.raises(Refused, match="signatures of nothing"):
        policies.checked(folder)
    (folder / "EU-2025-01.yaml").write_bytes(CHINA)
    (folder / "EU-2025-01.yaml.sig").write_text(packs.signature(CHINA, "tester", KEY))
    with pytest.raises(Refused, match=r"EU-2025-01\.yaml holds CN-2025-01"):
        policies.checked(folder)


def test_a_key_signs_and_is_made_for_its_owner_alone_outside_of_the_repository(folder: Path) -> None:
    target = folder / "key"
    public = policies.make_key(target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        policies.make_key(target)
    with pytest.raises(Refused, match="outside of the repository"):
        policies.make_key(FOLDER / "key")
    file = folder / "CN-2025-01.yaml"
    with pytest.raises(Refused, match="does not hold"):
        policies.sign(target, "tester", [file])
    (folder / "signers.json").write_text(json.dumps(SIGNERS | {"another": public}))
    policies.sign(target, "another", [file])
    assert (folder / "CN-2025-01.yaml.sig").read_text().startswith("another ") and policies.checked(folder)


def test_the_command_says_why_in_a_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "CN-2025-01.yaml"
    broken.write_bytes(b"id: [")
    policies.main(["key", str(tmp_path / "key")])
    with pytest.raises(SystemExit, match=r"^policies: "):
        policies.main(["sign", "--key", str(tmp_path / "key"), "--signer", "tester", str(broken)])


def test_what_the_code_reads_is_what_the_packs_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = tmp_path / "packs.json"
    changed.write_bytes(policies.COMPILED.read_bytes().replace(b'"day":3000000', b'"day":3000001'))
    monkeypatch.setattr(policies, "COMPILED", changed)
    with pytest.raises(Refused, match=r"packs\.json is not what the packs say"):
        policies.judge()
