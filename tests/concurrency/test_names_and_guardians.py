"""Names and guardians under parallel use: a name is one person's, a change is made once, an approval used once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.identity import approvals, guardians, identifiers, passwords, preferences, signing_up, store, tasks
from chalicelib.identity.model import SignUpRequest, User, VerifyRequest
from chalicelib.identity.model_identifiers import ChangeProof
from chalicelib.identity.model_preferences import PreferencesRequest
from chalicelib.kernel import clock
from chalicelib.kernel.errors import GuardianApprovalRequired
from chalicelib.ledger import consents
from chalicelib.ledger import store as ledger_store
from chalicelib.ledger.consents import Consent
from tests.concurrency.test_access import storm, tally
from tests.conftest import FrozenClock
from tests.people import CHEAP, PASSWORD, all_items, code_for

NEW, SOURCE = "new@example.com", "203.0.113.7"


@pytest.fixture(autouse=True)
def cheap(atomic: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock moves a second for each message, so that the newest is the last."""
    monkeypatch.setattr(passwords, "hasher", CHEAP)


def now() -> datetime:
    clock.pause(1)
    return clock.now()


def signed_up(name: str) -> User:
    identifier = f"{name}@example.com"
    signing_up.sign_up(SignUpRequest(identifier, PASSWORD, name, "en", "CN"), SOURCE, now())
    welcome = signing_up.verify(VerifyRequest(identifier, code_for(identifier)), "phone", now())
    user = store.user(welcome.user.id)
    assert user is not None
    return user


def proof_of(user: User, with_old: bool = True) -> ChangeProof:
    identifiers.ask(user.id, NEW, SOURCE, now())
    return ChangeProof(NEW, code_for(NEW), code_for(user.identifier) if with_old else None)


def logins() -> list[str]:
    return [item["user_id"]["S"] for item in all_items("identity") if item["sk"]["S"] == "LOGIN"]


def test_of_fifty_uses_of_the_same_codes_one_changes_the_name() -> None:
    ann = signed_up("ann")
    proof, at = proof_of(ann), now()
    outcomes = tally(storm(50, lambda _: identifiers.confirm(ann.id, proof, at)))
    assert outcomes["done"] == 1
    assert set(outcomes) <= {"done", "invalid-or-expired", "invalid-request"}
    assert logins() == [ann.id]


def test_a_name_that_many_want_at_once_is_one_persons() -> None:
    people = [signed_up(f"person{number}") for number in range(4)]
    proofs, at = [proof_of(one) for one in people], now()
    outcomes = storm(4, lambda number: identifiers.confirm(people[number].id, proofs[number], at))
    assert tally(outcomes) == {"done": 1, "invalid-or-expired": 3}
    assert sorted(logins()) == sorted(one.id for one in people)
    renamed = [found.id for one in people if (found := store.user(one.id)) and found.identifier == NEW]
    assert len(renamed) == 1


def test_ten_sweeps_at_once_make_a_change_once() -> None:
    ann = signed_up("ann")
    identifiers.confirm(ann.id, proof_of(ann, with_old=False), now())
    due = now() + timedelta(hours=72)
    storm(10, lambda _: tasks.sweep(due))
    tasks.sweep(due)
    assert logins() == [ann.id]
    assert not [item for item in all_items("identity") if item["sk"]["S"] == "IDENTIFIER"]
    changed = [item for item in all_items("notices") if item.get("kind") == {"S": "identifier_changed"}]
    assert len(changed) == 1


def test_of_approvals_and_declines_at_once_one_decides_and_one_payment_uses_it() -> None:
    ward, guardian = signed_up("ward"), signed_up("guardian")
    preferences.change(ward.id, PreferencesRequest(ui_mode="easy"), now())
    guardians.ask(ward.id, guardian.identifier, SOURCE, now())
    guardians.accept(guardian.id, ward.id, now())
    at = now()
    consent = Consent("apr_01jd9z7q8a000000000000000a", ward.id, ward.wallets[0], "mer_1", "Tea", 200_000, "CNY", at)
    consents.ask(consent)
    states: list[Any] = ["approved", "declined"]
    outcomes = storm(20, lambda number: approvals.decide(guardian.id, consent.id, states[number % 2], at))
    assert tally(outcomes) == {"done": 1, "invalid-state": 19}
    (decided,) = [one.state for one in outcomes if not isinstance(one, str)]
    used = [reasons == [] for reasons in storm(20, lambda _: use(consent, at))]
    assert sum(used) == (1 if decided == "approved" else 0)
    verdict = consents.using(consent, at).explain(ledger_store.consent(consent.id))
    assert isinstance(verdict, GuardianApprovalRequired)


def use(consent: Consent, at: datetime) -> Any:
    """The leg of a payment, alone."""
    return ledger_store.transact([consents.using(consent, at).write])
