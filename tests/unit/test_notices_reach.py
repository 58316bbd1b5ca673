"""By which ways a notice reaches its reader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import pytest

from chalicelib.kernel import text
from chalicelib.notices import education, model_reach
from chalicelib.notices.model_reach import Recipient, Switch

MAIL, PHONE = "ann@example.com", "+8613800138000"
CATALOGUE = json.loads((Path(text.__file__).parent / "catalogues" / "notices.json").read_text(encoding="utf-8"))
KINDS = sorted({key.split(".")[1] for key in CATALOGUE} - {"phrase"})


def reader(*switched_off: str, contacts: tuple[str, ...] = (MAIL, PHONE)) -> Recipient:
    return Recipient("usr_1", contacts=contacts, switched_off=cast(frozenset[Switch], frozenset(switched_off)))


@pytest.mark.parametrize(
    ("kind", "group"),
    [
        ("payment", "money"),
        ("top_up_reversed", "money"),
        ("refund", "money"),
        ("withdrawal_returned", "money"),
        ("adjustment_taken", "money"),
        ("funding_method_added", "security"),
        ("guardian_leaving", "family"),
        ("approval_asked", "family"),
        ("reminder", "reminders"),
        ("reminder_card_bonus", "reminders"),
        ("reminder_points", "reminders"),
        ("identifier_changed", "security"),
        ("anything_new", "security"),
    ],
)
def test_a_kind_that_nobody_sorted_is_about_security(kind: str, group: str) -> None:
    assert model_reach.group_of(kind) == group


@pytest.mark.parametrize(
    ("switched_off", "kind", "reached"),
    [
        ((), "payment", (MAIL, PHONE)),
        (("money.email",), "payment", (PHONE,)),
        (("money.email", "money.sms"), "payment", ()),
        (("money.email", "money.sms"), "identifier_changed", (MAIL, PHONE)),
        (("security.sms",), "identifier_changed", (MAIL,)),
        (("security.email", "security.sms"), "identifier_changed", (MAIL, PHONE)),
    ],
)
def test_what_is_switched_off_is_left_out_unless_security_would_reach_nobody(
    switched_off: tuple[str, ...], kind: str, reached: tuple[str, ...]
) -> None:
    assert reader(*switched_off).contacts_for(kind) == reached


def test_a_switch_for_a_way_that_is_gone_since_silences_no_security() -> None:
    assert reader("security.email", contacts=(MAIL,)).contacts_for("identifier_changed") == (MAIL,)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "{code}" in CATALOGUE[f"notices.{kind}.body"]["en"]])
def test_every_message_with_a_code_says_that_nobody_may_ask_for_it(kind: str) -> None:
    assert education.line(kind, "en") == "We never ask for it: tell nobody."


def test_a_phrase_is_a_line_of_its_own_whatever_is_in_it() -> None:
    assert model_reach.with_phrase("Hello.", "{a} %s", "en") == "Hello.\nYour phrase: {a} %s"
    assert model_reach.with_phrase("Hello.", "", "en") == "Hello."


def test_switches_that_are_no_more_are_forgotten() -> None:
    assert model_reach.switches("money.email nonsense.fax") == {"money.email"}
    assert model_reach.switches("") == frozenset()
    assert model_reach.switches(None) == model_reach.SWITCHED_OFF
