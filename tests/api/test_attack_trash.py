"""Attacks by way of the trash."""

from __future__ import annotations

import pytest

from chalicelib.identity import passwords
from tests.api.caller import Caller
from tests.api.test_preferences import ANN, PHONE, add_phone, choose
from tests.api.test_trash_of_choices import back, kept
from tests.people import CHEAP, outbox, signed_up

pytestmark = pytest.mark.many_requests


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)


@pytest.fixture
def ann(caller: Caller) -> Caller:
    return caller.bearing(signed_up(caller)["access_token"])


def test_what_comes_back_from_the_trash_does_not_silence_security_unnoticed(caller: Caller, ann: Caller) -> None:
    add_phone(ann)
    assert choose(ann, notices={"security.email": False}).status == 200
    assert choose(ann, notices={"security.email": True}).status == 200
    before = [len(outbox(to)) for to in (ANN, PHONE)]
    silent = next(one for one in kept(ann, "switched_off") if " 3 " in one["what"])
    assert back(ann, silent).status == 204
    assert ann.get("/v1/me/preferences").json["notices"]["security.email"] is False
    after = [len(outbox(to)) for to in (ANN, PHONE)]
    assert [new - old for new, old in zip(after, before, strict=True)] == [1, 1], "the last word, to each contact"
