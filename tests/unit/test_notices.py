"""What notices say, and what of the journal is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chalicelib.kernel import text
from chalicelib.notices import model, moments
from chalicelib.notices.model import Notice

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
WALLET = "wal_1"


def entry(movement: str, **postings: int) -> dict[str, Any]:
    named = {name.replace("__", ":"): amount for name, amount in postings.items()}
    return {
        "pk": WALLET,
        "sk": "2026-11-22T08:00:00.000000Z",
        "id": "ent_1",
        "movement": movement,
        "kind": "any",
        "currency": "CNY",
        "postings": named,
        "owner": "usr_1",
        "text": "Tea house",
    }


def test_every_sentence_exists_in_both_languages_with_the_same_gaps() -> None:
    catalogue = json.loads((Path(text.__file__).parent / "catalogues" / "notices.json").read_text(encoding="utf-8"))
    for key, sentences in catalogue.items():
        gaps = [sorted(part.split("}")[0] for part in sentences[language].split("{")[1:]) for language in ("en", "zh")]
        assert gaps[0] == gaps[1], key


def test_an_amount_is_shown_as_people_write_it() -> None:
    notice = Notice("n", "payment", AT, {"amount": 1250, "currency": "CNY", "text": "Tea {house}"})
    assert notice.title("en") == "Paid ¥12.50"
    assert notice.body("zh") == "您已付款 ¥12.50。Tea {house}"


@pytest.mark.parametrize(
    ("movement", "titles"),
    [
        ("pay_1", ("Paid ¥12.50 to Tea House", "已向 Tea House 付款 ¥12.50")),
        ("ref_1", ("¥12.50 came back from Tea House", "Tea House 已退款 ¥12.50")),
    ],
)
def test_a_payment_and_a_refund_name_the_shop_and_the_order(movement: str, titles: tuple[str, str]) -> None:
    notice = model.told_by(entry(movement, wal_1=-1250, sys=1250) | {"payee_name": "Tea House"})
    assert notice
    assert (notice.title("en"), notice.title("zh")) == titles
    assert all("Tea house" in notice.body(language) for language in ("en", "zh"))


@pytest.mark.parametrize(
    ("jurisdiction", "moment", "english", "chinese"),
    [
        ("CN", "2026-11-22T17:05:00Z", "23 Nov 2026, 01:05 (China time)", "2026年11月23日 01:05（北京时间）"),
        ("GB", "2026-07-01T12:00:00Z", "1 Jul 2026, 13:00 (UK time)", "2026年7月1日 13:00（英国时间）"),
        ("US", "2026-07-01T12:00:00Z", "1 Jul 2026, 12:00 (UTC)", "2026年7月1日 12:00（世界标准时间 UTC）"),
        ("", "2026-11-22 08:00 UTC", "2026-11-22 08:00 UTC", "2026-11-22 08:00 UTC"),
    ],
)
def test_a_moment_is_told_by_the_readers_own_clock_which_is_named(
    jurisdiction: str, moment: str, english: str, chinese: str
) -> None:
    notice = Notice("n", "sign_in_locked", AT, {"until": moment, "tries": 5})
    assert english in notice.title("en", jurisdiction)
    assert chinese in notice.body("zh", jurisdiction)


def test_every_clock_of_a_jurisdiction_has_a_name_in_both_languages() -> None:
    for whose in (*moments._ZONES, "UTC"):
        assert all(text.sentence(f"zones.{whose}", language) for language in text.LANGUAGES)


@pytest.mark.parametrize(
    ("movement", "postings", "kind", "amount"),
    [
        ("pay_1", {"wal_1": -1250, "sys": 1250}, "payment", 1250),
        ("pay_1", {"wal_1": 250, "wal_1__held": -1250, "sys": 1000}, "payment", 1000),
        ("top_1", {"wal_1": 900, "wal_1__debt": 100, "sys": -1000}, "top_up", 1000),
        ("ref_1", {"wal_1": 500, "sys": -500}, "refund", 500),
        ("wdr_1", {"wal_1": -500, "sys": 500}, "withdrawal", 500),
        ("wdr_1", {"wal_1": 400, "wal_1__debt": 100, "sys": -500}, "withdrawal_returned", 500),
        ("adj_1", {"wal_1": 400, "wal_1__debt": 100, "sys": -500}, "adjustment", 500),
        ("adj_1", {"wal_1": -500, "sys": 500}, "adjustment_taken", 500),
    ],
)
def test_what_changed_the_owners_money_is_told_with_its_amount(
    movement: str, postings: dict[str, int], kind: str, amount: int
) -> None:
    notice = model.told_by(entry(movement, **postings))
    assert notice is not None
    assert (notice.kind, notice.params["amount"], notice.at) == (kind, amount, AT)


@pytest.mark.parametrize(
    ("movement", "postings"),
    [("pay_1", {"wal_1": -1250, "wal_1__held": 1250}), ("set_1", {"wal_1": 10, "sys": -10})],
)
def test_a_hold_and_what_no_customer_asked_for_are_not_told(movement: str, postings: dict[str, int]) -> None:
    assert model.told_by(entry(movement, **postings)) is None


@pytest.mark.parametrize(("contact", "channel"), [("ann@example.com", "email"), ("+8613800138000", "text")])
def test_a_contact_says_how_it_is_reached(contact: str, channel: str) -> None:
    assert model.channel_of(contact) == channel
