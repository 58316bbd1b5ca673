"""Personal fields at rest: sealed for their owner, under keys that can be changed while everybody goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib import cloud as clients
from chalicelib.identity import rotation, store_sessions, vault
from chalicelib.identity.model import Session
from chalicelib.kernel.errors import InternalError
from chalicelib.settings import settings
from infra import rotate_fields
from tests.conftest import FrozenClock

Calls = list[tuple[str, str]]
ANN, BOB = "usr_ann", "usr_bob"
AT = datetime(2026, 11, 22, 8, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("cloud", "clock")


def session(user_id: str, device_name: str | None = "Ann's phone", session_id: str = "ses_1") -> Session:
    return Session(session_id, user_id, device_name, "mark", AT, AT, AT, AT + timedelta(days=30), "current")


def fields_of(user_id: str, session_id: str = "ses_1") -> dict[str, Any]:
    key = {"pk": {"S": user_id}, "sk": {"S": f"SESSION#{session_id}"}}
    found = clients.client("dynamodb").get_item(TableName=settings().identity_table, Key=key)["Item"]
    return {name: next(iter(value.values())) for name, value in found.items()}


def keep(user_id: str, session_id: str = "ses_1", **fields: str) -> None:
    """Behind the product's back."""
    item = fields_of(user_id, session_id) | fields
    numbers = {"expires_at_seconds"}
    written = {name: {"N" if name in numbers else "S": text} for name, text in item.items()}
    clients.client("dynamodb").put_item(TableName=settings().identity_table, Item=written)


def test_what_was_sealed_opens_and_shows_nothing() -> None:
    text = vault.seal(ANN, "display_name", "Ann 安")
    assert vault.opened(ANN, "display_name", text) == "Ann 安"
    assert text.startswith("k1.") and "Ann" not in text
    assert vault.seal(ANN, "display_name", "Ann 安") != text


@pytest.mark.parametrize(("owner", "field"), [(BOB, "display_name"), (ANN, "identifier"), (f"{ANN}\0", "display_name")])
def test_it_opens_for_its_owner_and_field_only(owner: str, field: str) -> None:
    with pytest.raises(InternalError):
        vault.opened(owner, field, vault.seal(ANN, "display_name", "Ann"))


@pytest.mark.parametrize("change", ["one letter", "cut short", "no such key", "in clear", "empty"])
def test_what_was_tampered_with_does_not_open(change: str) -> None:
    real = vault.seal(ANN, "display_name", "Ann")
    last = "A" if real[10] != "A" else "B"
    forged = {
        "one letter": real[:10] + last + real[11:],
        "cut short": real[:44],
        "no such key": "k7" + real[2:],
        "in clear": "Ann",
        "empty": "",
    }[change]
    with pytest.raises(InternalError):
        vault.opened(ANN, "display_name", forged)


def test_a_ciphertext_moved_to_another_owner_fails() -> None:
    store_sessions.session_item(session(ANN)).keep_new()
    store_sessions.session_item(session(BOB, "Bob's phone")).keep_new()
    keep(BOB, device_name=fields_of(ANN)["device_name"])
    with pytest.raises(InternalError):
        store_sessions.sessions(BOB, None, 10)
    assert store_sessions.sessions(ANN, None, 10)[0][0].device_name == "Ann's phone"


def test_the_first_use_makes_a_key_and_a_warm_process_asks_nobody(aws_calls: Calls) -> None:
    vault.seal(ANN, "f", "x")
    assert [name for _, name in aws_calls] == ["Query", "GenerateDataKey", "PutItem", "Query", "Decrypt"]
    aws_calls.clear()
    assert vault.opened(ANN, "f", vault.seal(ANN, "f", "x")) == "x"
    assert aws_calls == []


def test_a_key_is_unwrapped_once_and_looked_after_every_five_minutes(aws_calls: Calls, clock: FrozenClock) -> None:
    vault.ready()
    for seconds, expected in ((299, []), (1, ["Query"]), (0, [])):
        aws_calls.clear()
        clock.advance(seconds)
        vault.seal(ANN, "f", "x")
        assert [name for _, name in aws_calls] == expected


def test_of_two_who_make_the_first_key_the_loser_takes_the_winners(monkeypatch: pytest.MonkeyPatch) -> None:
    first = vault.seal(ANN, "f", "x")
    vault.forget()
    real, answers = vault._wrapped, iter([{}])
    monkeypatch.setattr(vault, "_wrapped", lambda: next(answers, real()))
    assert vault.opened(ANN, "f", first) == "x"
    assert vault.seal(ANN, "f", "y").startswith("k1.")


def test_a_wrapped_key_opens_for_this_purpose_and_stage_only(monkeypatch: pytest.MonkeyPatch) -> None:
    vault.ready()
    vault.forget()
    monkeypatch.setattr(vault, "_context", lambda: {"purpose": "identity-fields", "stage": "prod"})
    with pytest.raises(clients.client("kms").exceptions.InvalidCiphertextException):
        vault.ready()


def test_a_new_key_seals_from_the_next_look_and_the_old_one_goes_on_opening(clock: FrozenClock) -> None:
    old = vault.seal(ANN, "f", "x")
    ring = vault._ring
    assert vault.turn() == 2
    vault._ring = ring
    assert vault.seal(ANN, "f", "x").startswith("k1."), "a process that has not looked yet"
    clock.advance(300)
    assert vault.seal(ANN, "f", "x").startswith("k2.")
    assert vault.opened(ANN, "f", old) == "x"


def test_a_process_that_meets_a_newer_key_looks_for_it_at_once() -> None:
    vault.ready()
    ring = vault._ring
    vault.turn()
    newer = vault.seal(ANN, "f", "x")
    vault._ring = ring
    assert newer.startswith("k2.") and vault.opened(ANN, "f", newer) == "x"


def test_a_rotation_seals_everything_anew_and_a_second_run_does_no_harm(capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(5):
        store_sessions.session_item(session(ANN, f"phone {number}", f"ses_{number}")).keep_new()
    store_sessions.session_item(session(BOB, None)).keep_new()
    done = rotate_fields.rotate(300)
    assert (done.resealed, done.overtaken) == (5, 0)
    assert {fields_of(ANN, f"ses_{number}")["device_name"][:3] for number in range(5)} == {"k2."}
    assert list(rotation.reseal(2))[-1].resealed == 0
    rotate_fields.rotate(300)
    names = {one.device_name for one in store_sessions.sessions(ANN, None, 10)[0]}
    assert names == {f"phone {number}" for number in range(5)}
    assert "5 sealed anew" in capsys.readouterr().out


def test_a_rotation_goes_page_by_page_and_reads_work_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "_PAGE", 2)
    for number in range(5):
        store_sessions.session_item(session(ANN, f"phone {number}", f"ses_{number}")).keep_new()
    pages = 0
    for _ in rotation.reseal(vault.turn()):
        pages += 1
        assert len({one.device_name for one in store_sessions.sessions(ANN, None, 10)[0]}) == 5
    assert pages > 2


def test_a_change_in_the_middle_of_a_rotation_is_not_overwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    store_sessions.session_item(session(ANN)).keep_new()
    number, opened = vault.turn(), vault.opened

    def overtaken(owner: str, field: str, text: str) -> str:
        keep(ANN, device_name=vault.seal(ANN, "device_name", "Ann's new phone"))
        return opened(owner, field, text)

    with monkeypatch.context() as patch:
        patch.setattr(vault, "opened", overtaken)
        assert [page.overtaken for page in rotation.reseal(number)] == [1]
    assert store_sessions.sessions(ANN, None, 10)[0][0].device_name == "Ann's new phone"


def test_where_tables_were_brought_back_the_replica_opens_the_keys_once_and_ours_from_then_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sealed = vault.seal(ANN, "display_name", "Ann")
    replica = settings().fields_key_id
    keys = clients.client("kms")
    keys.create_alias(AliasName="alias/there", TargetKeyId=keys.create_key()["KeyMetadata"]["KeyId"])
    monkeypatch.setenv("FIELDS_KEY_ID", "alias/there")
    settings.cache_clear()
    assert vault.rewrap(replica) == 1
    keys.disable_key(KeyId=keys.describe_key(KeyId=replica)["KeyMetadata"]["KeyId"])
    assert vault.opened(ANN, "display_name", sealed) == "Ann"
    assert vault.key_of(vault.seal(ANN, "display_name", "Ann")) == 1
