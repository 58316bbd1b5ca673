"""Documents as browsers hand them in, and somebody who may be on a list."""

from __future__ import annotations

import urllib.request
from typing import Any

from infra.local.client import Client
from infra.local.people import Person
from tests.api.verification_kit import DOCUMENT, JPEG, PATH
from tests.browser import kit, purse

MALGRAVE = "1961-04-12"
"""When Viktor Malgrave of the sandbox's list was born."""


def handed_in(local: dict[str, Any], person: Person, **more: Any) -> None:
    """Through the API, its picture as well."""
    phone = purse.owner(local, person)
    document = phone.post(f"{PATH}/documents", DOCUMENT | more).expect(201)
    (upload,) = document["uploads"]
    request = urllib.request.Request(upload["url"], JPEG, upload["headers"], method="PUT")
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200
    phone.post(f"{PATH}/documents/{document['id']}/submit").expect(200)


def taken_in(local: dict[str, Any]) -> None:
    """As many sweeps as it takes to be told."""
    for _ in range(3):
        kit.swept(local)


def possible_hit(local: dict[str, Any], operator: Client) -> str:
    """The screening of somebody new, that nobody has decided about."""
    person = kit.newcomer(local)
    handed_in(local, person, full_name="Viktor Malgrave", born_on=MALGRAVE)
    taken_in(local)
    owner = purse.owner(local, person).get("/v1/me").expect(200)["id"]
    found = operator.get("/v1/screenings?limit=100").expect(200)["data"]
    return next(str(one["id"]) for one in found if one["user_id"] == owner)
