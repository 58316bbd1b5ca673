"""Operators, their cases, and the customer's inbox, over the API."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.cases import service as cases
from chalicelib.identity import passwords, service
from chalicelib.kernel.errors import InvalidRequest, NotFound
from chalicelib.notices import service as notices
from tests.api.caller import Caller
from tests.conftest import FrozenClock
from tests.people import CHEAP, appointed, enrolled, in_office, signed_up

pytestmark = pytest.mark.many_requests


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)


@pytest.fixture
def operator(caller: Caller, clock: FrozenClock) -> Caller:
    """Olga of support, appointed and signed in."""
    olga = signed_up(caller, "olga@example.com", display_name="Olga")
    appointed(caller, olga, "support")
    return caller.bearing(in_office(olga["user"]["id"], clock.now()))


def test_an_appointed_operator_works_on_cases_and_a_customer_may_not(
    caller: Caller, operator: Caller, clock: FrozenClock
) -> None:
    at = clock.now()
    case_id = cases.open_case("quarantine", "top_1", {"amount": 5}, at + timedelta(hours=1), at)
    assert [case["id"] for case in operator.get("/v1/cases").json["data"]] == [case_id]
    assert operator.get(f"/v1/cases/{case_id}").json["facts"] == {"amount": 5}
    resolved = operator.post(f"/v1/cases/{case_id}/resolve", {"note": "credited by hand"})
    assert (resolved.status, resolved.json["state"]) == (200, "resolved")
    again = operator.post(f"/v1/cases/{case_id}/resolve", {"note": "again"})
    assert (again.status, again.json["code"], again.json["state"]) == (409, "invalid-state", "resolved")
    customer = caller.bearing(signed_up(caller, "bob@example.com")["access_token"])
    for reply in (
        customer.get("/v1/cases"),
        customer.get(f"/v1/cases/{case_id}"),
        customer.post(f"/v1/cases/{case_id}/resolve", {"note": "me"}),
    ):
        assert (reply.status, reply.json["code"]) == (403, "forbidden")


def test_an_operator_has_a_profile_and_can_sign_out_but_has_no_customers_inbox(operator: Caller) -> None:
    assert operator.get("/v1/me").json["display_name"] == "Olga"
    assert operator.get("/v1/me/notices").status == 403
    assert operator.delete("/v1/sessions/current").status == 204


def test_a_role_that_is_none_and_a_user_that_is_none_are_not_appointed(caller: Caller, clock: FrozenClock) -> None:
    welcome = signed_up(caller)
    enrolled(caller.bearing(welcome["access_token"]))
    with pytest.raises(InvalidRequest):
        service.appoint(welcome["user"]["id"], "root", clock.now())
    with pytest.raises(NotFound):
        service.appoint("usr_nobody", "admin", clock.now())


@pytest.mark.parametrize("path", ["/v1/cases", "/v1/cases/cas_x", "/v1/me/notices", "/v1/me", "/v1/sessions"])
def test_nobody_gets_nothing(caller: Caller, path: str) -> None:
    assert caller.get(path).status == 401


def test_the_inbox_is_told_in_the_language_of_the_reader_and_to_nobody_else(caller: Caller, clock: FrozenClock) -> None:
    ann, bob = signed_up(caller, "ann@example.com"), signed_up(caller, "bob@example.com")
    notices.tell(ann["user"]["id"], "top_up", {"amount": 5000, "currency": "CNY"}, clock.now())
    mine = caller.bearing(ann["access_token"])
    (english,) = mine.get("/v1/me/notices").json["data"]
    (chinese,) = mine.get("/v1/me/notices", accept_language="zh-CN").json["data"]
    assert (english["title"], chinese["title"]) == ("¥50.00 has arrived", "¥50.00 已到账")
    assert caller.bearing(bob["access_token"]).get("/v1/me/notices").json["data"] == []
