"""The regular checks, now: a review of access and a rehearsal, and what their reports say.

    python -m infra.review                    on the local cloud, `make review`; exit 1 if the rehearsal failed a check
    python -m infra.review --set-up --stack coffer-probe --url https://probe.example.com --customers 4
                                              on AWS: open the accounts that the rehearsal lives by

Setting up on AWS wants a probe stage (`ProbeStage=on`), the codes that its new customers are sent, and an operator who
may take on merchants. Customers are opened over the API as people are; put some cents into the wallets printed.
"""

from __future__ import annotations

import argparse
import getpass
import json
import secrets
import sys
from collections.abc import Callable, Mapping
from typing import Any

import botocore.session
import msgspec

from chalicelib.operations.loading import Stage
from chalicelib.operations.model_rehearsals import Cast, RehearsalCustomer, RehearsalMerchant
from infra.local import demo_backup, people, places, seed, stack
from infra.local.client import Client

NAME, SCOPES, FLOOR = "Coffer rehearsal", ["payments", "refunds"], -10_000
"""`FLOOR`, in minor units: a refund of a cent finds room before its payment is settled."""
CENTS, CUSTOMERS = 100, 4
_SECONDS = 120.0
_NOBODY = Cast((), RehearsalMerchant("", ""))


class Failed(Exception):
    """What was asked and what came."""


def open_cast(url: str, operator_token: str, identifiers: list[str], code: Callable[[str], str], country: str) -> Cast:
    """Customers like any other, and a merchant without a fee. `code`: what was sent to an identifier. Raises Failed."""
    found = tuple(_customer(url, one, code, country) for one in identifiers)
    terms = {"name": NAME, "currencies": [found[0].currency], "fee_basis_points": 0, "fee_fixed": 0, "floor": FLOOR}
    made = _asked(url, "/v1/merchants", terms, operator_token)
    key = _asked(url, f"/v1/merchants/{made['id']}/keys", {"scopes": SCOPES}, operator_token)
    return Cast(found, RehearsalMerchant(made["id"], key["key"]))


def _customer(url: str, identifier: str, code: Callable[[str], str], country: str) -> RehearsalCustomer:
    password = secrets.token_urlsafe(24)
    wish = {"identifier": identifier, "password": password, "display_name": NAME, "locale": "en"}
    _asked(url, "/v1/users", wish | {"jurisdiction": country}, wanted=202)
    welcome = _asked(url, "/v1/users/verify", {"identifier": identifier, "code": code(identifier)})
    wallet = _asked(url, "/v1/wallets", None, welcome["access_token"], 200)["data"][0]
    return RehearsalCustomer(identifier, password, welcome["device_token"], wallet["id"], wallet["currency"])


def _asked(url: str, path: str, body: Mapping[str, Any] | None, token: str = "", wanted: int = 201) -> dict[str, Any]:
    answered = Stage(url, _NOBODY, "").ask("GET" if body is None else "POST", path, body, token=token)
    if answered.status != wanted:
        raise Failed(f"{path}: {answered.status} {answered.json.get('code', '')}")
    return answered.json


def cast_here(local: Mapping[str, Any], customers: int = CUSTOMERS) -> Cast:
    """The cast of the local cloud, opened if there is none, with a few cents each."""
    manager, name = stack.client("secretsmanager", local["aws"]["endpoint"]), f"{places.STACK}/rehearsal"
    try:
        kept = manager.get_secret_value(SecretId=name).get("SecretString")
    except manager.exceptions.ResourceNotFoundException:
        kept = ""
    if kept:
        return msgspec.json.decode(kept, type=Cast)
    anybody = Client(local["api"])
    tokens = seed.operator(anybody) or {}
    named = [f"rehearsal-{secrets.token_hex(4)}@coffer.example" for _ in range(customers)]
    cast = open_cast(local["api"], tokens["access_token"], named, lambda one: people.code_for(anybody, one), "CN")
    for one in cast.customers:
        claim = {"identifier": one.identifier, "password": one.password, "device_token": one.device_token}
        me = anybody.bearing(anybody.insist("/v1/sessions", claim).expect(201)["access_token"])
        people.top_up(me, {"id": one.wallet_id, "currency": one.currency}, CENTS, secrets.token_hex(8))
    manager.put_secret_value(SecretId=name, SecretString=msgspec.json.encode(cast).decode())
    return cast


def reviewed(local: dict[str, Any], boss: Client) -> dict[str, Any]:
    """A report of access that was asked for now, once the schedule's turn has written it."""
    asked = boss.post("/v1/reviews")
    newest = asked.json if asked.status == 202 else boss.get("/v1/reviews").expect(200)["data"][0]

    def look() -> dict[str, Any] | None:
        demo_backup.turn(local, "review")
        found: dict[str, Any] = boss.get(f"/v1/reviews/{newest['id']}").expect(200)
        return found if found["state"] == "written" else None

    return dict(people.wait_for(look, "a review of access", _SECONDS))


def rehearsed(local: dict[str, Any], boss: Client) -> dict[str, Any]:
    """A report of a rehearsal that was asked for now. Raises Failed."""
    cast_here(local)
    functions, event = stack.client("lambda", local["aws"]["endpoint"]), {**demo_backup.EVENT, "asked": True}
    answer = functions.invoke(FunctionName=f"{places.STACK}-rehearsal", Payload=json.dumps(event))
    told = answer["Payload"].read().decode()
    if told != "1":
        raise Failed(f"the rehearsal wrote no report: {told}")
    newest = boss.get("/v1/reviews?kind=load&limit=1").expect(200)["data"][0]
    found: dict[str, Any] = boss.get(f"/v1/reviews/{newest['id']}").expect(200)
    return found


def told(report: Mapping[str, Any]) -> str:
    """Figures, each with the one before, and findings."""
    lines = [f"{report['kind']}  {report['id']}  {report['since']} … {report['until']}"]
    for name, number in report["figures"].items():
        before = report["before"].get(name)
        lines.append(f"  {name:<24}{number:>10}" + (f"   before {before}" if before is not None else ""))
    for one in report["findings"]:
        facts = " ".join(f"{name}={value}" for name, value in one["facts"].items())
        lines.append(f"  {one['kind']:<24}{one['about']}  {facts}  {one['case_id']}")
    return "\n".join([*lines, f"  sha-256 {report['digest']}"])


def _run() -> int:
    if not places.LOCAL_JSON.exists():
        sys.exit("no local cloud runs here: make run")
    local = json.loads(places.LOCAL_JSON.read_text())
    anybody = Client(local["api"])
    boss = anybody.bearing((seed.operator(anybody) or {})["access_token"])
    access, load = reviewed(local, boss), rehearsed(local, boss)
    print(told(access), told(load), sep="\n\n")
    return 1 if any(one["kind"] == "load-failed" for one in load["findings"]) else 0


def _set_up(chosen: argparse.Namespace) -> None:
    url = chosen.url.rstrip("/")
    claim = {"identifier": input("operator: "), "password": getpass.getpass("password: ")}
    challenge = _asked(url, "/v1/sessions", claim, wanted=202)["challenge"]
    answer = {"challenge": challenge, "method": "totp", "code": input("authenticator's code: ")}
    token = _asked(url, "/v1/sessions/second-factor", answer)["access_token"]
    named = [input(f"e-mail address or phone of customer {number + 1}: ") for number in range(chosen.customers)]
    cast = open_cast(url, token, named, lambda one: input(f"code that {one} was sent: "), chosen.jurisdiction)
    manager = botocore.session.get_session().create_client("secretsmanager")
    manager.put_secret_value(SecretId=f"{chosen.stack}/rehearsal", SecretString=msgspec.json.encode(cast).decode())
    print("Put a few cents into each of", *(one.wallet_id for one in cast.customers))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set-up", action="store_true")
    parser.add_argument("--stack", help="on AWS")
    parser.add_argument("--url", help="where people reach that stack")
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--jurisdiction", default="DE", help="decides the currency; DE unless said otherwise")
    chosen = parser.parse_args()
    try:
        if not chosen.set_up:
            return _run()
        if not (chosen.stack and chosen.url):
            parser.error("--set-up wants --stack and --url")
        _set_up(chosen)
    except (Failed, people.TooLate) as problem:
        sys.exit(f"not done: {problem}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
