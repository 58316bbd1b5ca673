"""Bugs of prepaid cards: the traps that people complain of, and promises of a merchant that turn into money."""

from __future__ import annotations

from tests.simulation.bug import bug

CARDED = "tests/api/test_cards.py::test_"

CARDS = (
    bug(
        "a bonus that runs out and takes the principal with it",
        (2, 19),
        "payments/card_ending.py",
        "        changes=(Change(card.id, card.currency, settles=True), *_without(card, gone)),\n"
        '        entry=_entry(card, "card-expiry", movement, _reversed(card, gone), at),',
        "        changes=(Change(card.id, card.currency, -gone), Change(card.bonus, card.currency, settles=True)),"
        '\n        entry=_entry(card, "card-expiry", movement, '
        "{card.id: -gone, chart.fees(card.currency): gone}, at),",
        CARDED + "a_bonus_runs_out_and_the_principal_never_does",
    ),
    bug(
        "a card taken back whose bonus stays good",
        (19,),
        "payments/card_ending.py",
        "    principal, bonus = head.available if head else guess.principal, lots.total(guess.card.seen)",
        "    principal, bonus = head.available if head else guess.principal, 0",
        CARDED + "taking_back_gives_all_the_principal_and_reverses_the_bonus",
    ),
    bug(
        "a bonus that its merchant is paid for",
        (14,),
        "payments/carded.py",
        "    settled = paying.line(plain.movement.id, order.terms, order.amount - bonus, order.currency)",
        "    settled = paying.line(plain.movement.id, order.terms, order.amount, order.currency)",
        CARDED + "the_bonus_pays_first_and_only_the_principal_is_settled",
    ),
    bug(
        "terms that nobody was shown",
        (19,),
        "payments/carding.py",
        "    if (agreed.price, agreed.bonus, agreed.fee, _instant(agreed.bonus_expires_at)) != shown:",
        "    if agreed.price != shown[0]:",
        CARDED + "terms_that_were_not_shown_are_not_bought",
    ),
    bug(
        "a card that pays while its wallet is frozen",
        (21,),
        "payments/carded.py",
        "            standing.acting(replace(customer, tier=spend.tier), order.wallet),\n",
        "",
        CARDED + "a_frozen_wallet_freezes_its_cards",
        CARDED + "a_session_that_was_ended_pays_nothing_from_a_card",
    ),
    bug(
        "a deletion that does not ask again which cards there are",
        (2, 17),
        "identity/deletion.py",
        "cards.still(owned, see), *closed, *unlent)",
        "*closed, *unlent)",
        CARDED + "a_card_bought_while_the_account_is_deleted_keeps_it",
    ),
)
