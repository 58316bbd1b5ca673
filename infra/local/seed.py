"""Demo people, made through the API; a second run finds them. Their passwords open play money on this machine only."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from infra.local import history, people, places, seed_present, stack
from infra.local.client import Client, NoAnswer, Unexpected
from infra.local.people import Person, Shop

OPERATOR = Person("olga@coffer.example", "olga keeps the books", "Olga")
CUSTOMERS = (
    (Person("zhangwei@coffer.example", "zhang wei buys oolong", "张伟", "zh", "CN"), 80_000),
    (Person("lina@coffer.example", "li na rides bicycles", "李娜", "zh", "CN"), 50_000),
    (Person("ana@coffer.example", "ana likes her coffee", "Ana", "en", "DE"), 30_000),
)
"""With what each has in their wallet, in minor units."""
GUARDIAN = 1
"""Which of them guards the one in easy mode."""
WAITS = 2
"""Whose top-up the bank tells something else about."""
AUTHENTICATOR = "operator.json"
TROUBLE = (Unexpected, NoAnswer, people.TooLate)
SHOPS = (
    Shop("Oolong Tea House 乌龙茶馆", ("CNY", "EUR"), category="restaurants"),
    Shop("Blue Bicycle 蓝色单车", ("CNY", "EUR"), 80, category="transport"),
)


def seed(local: Mapping[str, Any]) -> dict[str, Any]:
    """{"customers", "merchants", "operators", "staff"}, each with what it takes to act as them.

    The last customer is guarded.

    `local`: what `build/local.json` says. Those of its `people` whom the API knows stay as they are; merchants' keys
    cannot be read again: without them there, the merchants are made anew.
    """
    anybody, known = Client(local["api"]), local.get("people", {})
    found = _operator(anybody, stack.environment(local["aws"]["endpoint"]))
    open_probe(local, found["token"])
    seed_present.offer_bonuses(anybody, found["token"])
    shown = _shown(OPERATOR, found) | _authenticator()
    merchants = [_merchant(anybody, found, shop, known) for shop in SHOPS]
    for identifier, device_token in _remember(local, merchants, found["user"]["id"]).items():
        people.know(identifier, device_token)
    customers = [_customer(anybody, person, known) for person, _ in CUSTOMERS]
    customers.append(seed_present.ward(anybody, customers[GUARDIAN], merchants[0], known))
    seed_present.contradict_the_bank(anybody, customers[WAITS])
    staff = [seed_present.staff(anybody, found["token"], merchants[0], known)]
    return {"customers": customers, "merchants": merchants, "operators": [shown], "staff": staff}


def _remember(local: Mapping[str, Any], merchants: list[dict[str, Any]], operator_id: str) -> dict[str, str]:
    """Weeks of `history.py` for whoever is not known yet, in a process that has the functions' settings.

    {identifier: what their phone shows}.
    """
    told = {
        "api": local["api"],
        "bank": local["bank"],
        "webhook_secret": local["webhook_secrets"]["sandbox"],
        "people": [{"person": asdict(person), "funds": funds} for person, funds in CUSTOMERS],
        "merchants": merchants,
        "operator": operator_id,
    }
    environment = stack.environment(local["aws"]["endpoint"])
    printed = inside("infra.local.history", environment=environment, told=json.dumps(told))
    phones: dict[str, str] = json.loads(printed.splitlines()[-1])
    return phones


def open_probe(local: Mapping[str, Any], operator_token: str, *, anew: bool = False) -> None:
    """The accounts of the check of the whole, unless there are some; under a new name each time."""
    from infra import probe

    manager, anybody = stack.client("secretsmanager", local["aws"]["endpoint"]), probe.caller(local["api"])
    if probe.is_set_up(manager, places.STACK) and not anew:
        return
    identifier = f"probe-{secrets.token_hex(4)}@coffer.example"
    office = anybody.bearing(operator_token)
    made = probe.open_accounts(
        anybody, office, identifier, "CN", lambda: people.code_for(Client(local["api"]), identifier)
    )
    probe.keep(manager, places.STACK, made)


def stands(local: Mapping[str, Any]) -> bool:
    """Whether any of `people` are there: they were written down, but an AWS that was killed has forgotten them.

    One is enough: a password may have been changed since, a key revoked.
    """
    anybody, known = Client(local["api"]), local["people"]
    if "staff" not in known:  # written down before there were tills
        return False
    return any(_opens(anybody, one) for one in known["merchants"]) or any(
        _signs_in(anybody, one) for one in known["customers"]
    )


def _signs_in(anybody: Client, shown: Mapping[str, Any]) -> bool:
    """Under the id that was written down: signed up anew since, it would be somebody else."""
    tokens = people.sign_in(anybody, Person(shown["identifier"], shown["password"], shown["display_name"]))
    me = anybody.bearing(tokens["access_token"]).get("/v1/me").expect(200) if tokens else {}
    return bool(me.get("id") == shown["user_id"])


def _opens(anybody: Client, merchant: Mapping[str, Any]) -> bool:
    """Whether the merchant's key works."""
    return anybody.bearing(merchant["api_key"]).get(f"/v1/merchants/{merchant['id']}").status == 200


def _operator(anybody: Client, environment: Mapping[str, str]) -> dict[str, Any]:
    if (tokens := operator(anybody)) is None:
        welcome = people.sign_up(anybody, OPERATOR)
        people.enrol(anybody, OPERATOR, welcome, lambda secret: places.keep(AUTHENTICATOR, {"totp_secret": secret}))
        _appoint(welcome["user"]["id"], "admin", environment)
        tokens = operator(anybody) or {}
    token = tokens["access_token"]
    return {"token": token, "user": anybody.bearing(token).get("/v1/me").expect(200)}


def operator(anybody: Client) -> dict[str, Any] | None:
    """The tokens of the operator; None if there is none."""
    return people.sign_in(anybody, OPERATOR, _authenticator().get("totp_secret", ""))


def _authenticator() -> dict[str, str]:
    return dict(places.read(AUTHENTICATOR) or {})


def _appoint(user_id: str, role: str, environment: Mapping[str, str]) -> None:
    inside("infra.local.appoint", user_id, role, environment=environment)


def inside(module: str, *words: str, environment: Mapping[str, str], told: str = "") -> str:
    """What a program of ours prints in the environment of the functions."""
    credentials = {"AWS_ACCESS_KEY_ID": places.ACCOUNT, "AWS_SECRET_ACCESS_KEY": "local", "AWS_REGION": places.REGION}
    quiet = {"AWS_DEFAULT_REGION": places.REGION, "POWERTOOLS_LOG_LEVEL": "CRITICAL"}
    everything = {**os.environ, **environment, **credentials, **quiet}
    command = [sys.executable, "-m", module, *words]
    done = subprocess.run(
        command, cwd=places.ROOT, env=everything, input=told, text=True, stdout=subprocess.PIPE, check=True
    )
    return done.stdout


def _customer(anybody: Client, person: Person, known: Mapping[str, Any]) -> dict[str, Any]:
    for customer in known.get("customers", []):
        if customer["identifier"] == person.identifier and _signs_in(anybody, customer):
            return dict(customer)
    tokens = people.sign_in(anybody, person) or people.sign_up(anybody, person)
    caller = anybody.bearing(tokens["access_token"])
    wallet = people.wallets(caller)[0]
    shown = _shown(person, {"user": caller.get("/v1/me").expect(200)})
    about = {"payment_pin": history.PIN, "wallet_id": wallet["id"], "currency": wallet["currency"]}
    return {**shown, **about, "device_token": people.phone_of(person)}


def _merchant(anybody: Client, operator: dict[str, Any], shop: Shop, known: Mapping[str, Any]) -> dict[str, Any]:
    for merchant in known.get("merchants", []):
        if merchant["name"] == shop.name and _opens(anybody, merchant):
            return dict(merchant)
    return people.open_shop(anybody.bearing(operator["token"]), shop)


def _shown(person: Person, found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "display_name": person.display_name,
        "identifier": person.identifier,
        "password": person.password,
        "user_id": found["user"]["id"],
    }
