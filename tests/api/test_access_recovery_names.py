"""Somebody with two names has one password, one lock, one code: neither name helps who guesses."""

from __future__ import annotations

import pytest

from chalicelib.identity import codes
from tests.api.caller import Caller
from tests.api.test_access_recovery import ANN, NEW, PHONE, ask, asked, cheap, confirm
from tests.conftest import FrozenClock
from tests.people import PASSWORD, code_for, second_name, signed_up, wrong

pytestmark = pytest.mark.many_requests

__all__ = ["cheap"]


@pytest.mark.parametrize("locked", ["name", "device"])
def test_a_reset_by_one_name_opens_the_others_too(caller: Caller, clock: FrozenClock, locked: str) -> None:
    welcome = signed_up(caller)
    clock.advance(1)
    second_name(caller.bearing(welcome["access_token"]), ANN, PHONE)
    claim = {"identifier": PHONE} | ({"device_token": welcome["device_token"]} if locked == "device" else {})
    for _ in range(5):
        caller.post("/v1/sessions", claim | {"password": "wrong horse battery"})
    assert caller.post("/v1/sessions", claim | {"password": PASSWORD}).status == 401
    assert confirm(caller, asked(caller, clock)).status == 204
    assert caller.post("/v1/sessions", claim | {"password": NEW}).status == 201


def test_two_names_of_a_person_have_one_code_and_five_tries(
    caller: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    welcome, compared = signed_up(caller), []
    clock.advance(1)
    second_name(caller.bearing(welcome["access_token"]), ANN, PHONE)
    first = asked(caller, clock)
    ask(caller, PHONE)
    code = code_for(PHONE)
    assert confirm(caller, first).status == 400, "the newer one took its place"
    with monkeypatch.context() as patch:
        patch.setattr(codes, "same", lambda kept, given: compared.append(given))
        for name in (ANN, PHONE) * 4:
            assert confirm(caller, wrong(code), name).status == 400
    assert len(compared) == 4
    assert confirm(caller, code, PHONE).status == 400


def test_a_second_name_gives_no_more_resets(caller: Caller, clock: FrozenClock) -> None:
    welcome = signed_up(caller)
    clock.advance(1)
    second_name(caller.bearing(welcome["access_token"]), ANN, PHONE)
    assert [ask(caller, name).status for name in (ANN, PHONE) * 3] == [202] * 5 + [429]
