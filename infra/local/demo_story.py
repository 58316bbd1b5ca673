"""The main job, a step at a time: who does what, what must come of it, and what to tell."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from chalicelib.kernel import money
from infra.local import people, second_opinion, seed, stripe_events
from infra.local.client import Answer, Client, new_key
from infra.local.narration import DIM, Narrator, Wrong, padded
from infra.local.people import Person, Shop

CURRENCY = "CNY"
SANDBOX_TOP_UP, STRIPE_TOP_UP = 20_000, 15_000
LUNCH, TEA, REFUND = 4_250, 1_200, 1_000
TAPS, PHONES = 5, 2
"""Not a phone for each tap: every one at the same moment is a Lambda environment of its own, started from cold."""
FEE_BASIS_POINTS = 60
SETTLED_WITHIN_SECONDS = 90.0


@dataclass
class Story:
    """Who takes part and what has happened so far; everybody is new in each run."""

    narrator: Narrator
    local: dict[str, Any]
    run: str = field(default_factory=lambda: uuid.uuid4().hex[:10])
    wallet: dict[str, Any] = field(default_factory=dict)
    merchant: dict[str, Any] = field(default_factory=dict)
    lunch: dict[str, Any] = field(default_factory=dict)
    office: Client | None = None
    """The operator, once signed in: an authenticator's code is good once, and the next one half a minute later."""

    def __post_init__(self) -> None:
        self.anybody = Client(self.local["api"], language=self.narrator.language)
        self.customer = self.shop = self.anybody

    def available(self) -> int:
        found: int = self.customer.get(f"/v1/wallets/{self.wallet['id']}").expect(200)["available"]
        return found

    def order(self, amount: int, reference: str) -> dict[str, Any]:
        return {
            "wallet_id": self.wallet["id"],
            "merchant_id": self.merchant["id"],
            "amount": amount,
            "currency": CURRENCY,
            "order_reference": f"{reference}-{self.run}",
        }

    def must(self, what: str, got: object, wanted: object) -> None:
        """Raises Wrong unless `got` is `wanted`; `what` names it in the catalogue."""
        if got != wanted:
            named = self.narrator.words(f"what.{what}")
            raise Wrong(self.narrator.words("wrong.value", what=named, got=got, wanted=wanted))


def sign_up(story: Story) -> None:
    name = story.narrator.words("name")
    newcomer = Person(f"demo-{story.run}@coffer.example", f"demo {story.run}", name, story.narrator.language)
    with story.narrator.step("sign_up") as facts:
        people.ask_to_join(story.anybody, newcomer)
        code = people.code_for(story.anybody, newcomer.identifier)
        welcome = people.verify(story.anybody, newcomer.identifier, code)
        story.customer = story.anybody.bearing(welcome["access_token"])
        story.wallet = people.wallets(story.customer)[0]
        story.must("currency", story.wallet["currency"], CURRENCY)
        facts.update(name=name, code=code, balance=shown(story.wallet["available"]))


def take_on_a_merchant(story: Story) -> None:
    with story.narrator.step("merchant") as facts:
        tokens = seed.operator(story.anybody) or {}
        story.office = story.anybody.bearing(tokens.get("access_token", ""))
        wish = Shop(story.narrator.words("shop"), (CURRENCY,), FEE_BASIS_POINTS)
        story.merchant = people.open_shop(story.office, wish)
        story.shop = story.anybody.bearing(story.merchant["api_key"])
        facts.update(shop=story.merchant["name"], fee=f"{FEE_BASIS_POINTS / 100:g} %")


def top_up_by_sandbox(story: Story) -> None:
    with story.narrator.step("topup.sandbox") as facts:
        people.top_up(story.customer, story.wallet, SANDBOX_TOP_UP, new_key())
        story.must("balance", story.available(), SANDBOX_TOP_UP)
        facts.update(amount=shown(SANDBOX_TOP_UP), balance=shown(SANDBOX_TOP_UP))


def top_up_by_stripe(story: Story) -> None:
    """The app confirms with Stripe, Stripe signs what happened: once, once more, and somebody else pretends."""
    wish = {"wallet_id": story.wallet["id"], "amount": STRIPE_TOP_UP, "currency": CURRENCY, "processor": "stripe"}
    with story.narrator.step("topup.stripe") as facts:
        made = story.customer.insist("/v1/topups", wish).expect(201)
        event = stripe_events.succeeded(story.local["bank"], made["next_action"]["client_secret"])
        secret = story.local["webhook_secrets"]["stripe"]
        deliver(story, event, secret).expect(200)
        people.arrived(story.customer, made["id"])
        deliver(story, event, secret).expect(200)
        deliver(story, event, "whsec_of_somebody_else").expect(401)
        story.must("balance", story.available(), SANDBOX_TOP_UP + STRIPE_TOP_UP)
        facts.update(amount=shown(STRIPE_TOP_UP), balance=shown(SANDBOX_TOP_UP + STRIPE_TOP_UP))


def deliver(story: Story, event: bytes, secret: str) -> Answer:
    headers = {"Stripe-Signature": stripe_events.signature(event, secret)}
    return story.anybody.post("/v1/webhooks/stripe", event, headers=headers)


def pay_a_checkout(story: Story) -> None:
    wish = {"amount": LUNCH, "currency": CURRENCY, "order_reference": f"lunch-{story.run}"}
    with story.narrator.step("checkout") as facts:
        checkout = story.shop.insist("/v1/checkouts", wish).expect(201)
        order = {"wallet_id": story.wallet["id"], "checkout_id": checkout["id"]}
        story.lunch = story.customer.insist("/v1/payments", order).expect(201)
        story.must("status", story.lunch["status"], "captured")
        story.must("checkout", story.shop.get(f"/v1/checkouts/{checkout['id']}").expect(200)["status"], "paid")
        story.customer.insist("/v1/payments", order).expect(409, "invalid-state")
        facts.update(amount=shown(LUNCH), balance=shown(story.available()))


def pay_by_mistake(story: Story) -> None:
    with story.narrator.step("mistake") as facts:
        before = story.available()
        refused = story.customer.insist("/v1/payments", story.order(LUNCH, "lunch-again"))
        problem = refused.expect(409, "probable-duplicate")
        story.must("earlier", problem["payment_id"], story.lunch["id"])
        story.must("balance", story.available(), before)
        facts.update(title=problem["title"], payment=story.lunch["id"])


def send_the_same_request_five_times(story: Story) -> None:
    key, order = new_key(), story.order(TEA, "tea")
    with story.narrator.step("same") as facts, ThreadPoolExecutor(PHONES) as taps:
        before = story.available()
        clients = [story.customer.twin() for _ in range(TAPS)]
        answers = list(taps.map(lambda client: client.insist("/v1/payments", order, key=key), clients))
        for answer in answers:
            answer.expect(201)
        story.must("answers", len({answer.raw for answer in answers}), 1)
        story.must("first", sum(not answer.replayed for answer in answers), 1)
        story.must("balance", story.available(), before - TEA)
        facts.update(
            taps=TAPS, phones=PHONES, amount=shown(TEA), bytes=len(answers[0].raw), balance=shown(before - TEA)
        )


def refund_a_part(story: Story) -> None:
    with story.narrator.step("refund") as facts:
        before = story.available()
        story.shop.insist(f"/v1/payments/{story.lunch['id']}/refunds", {"amount": REFUND}).expect(201)
        paid = story.customer.get(f"/v1/payments/{story.lunch['id']}").expect(200)
        story.must("status", paid["status"], "partially_refunded")
        story.must("balance", story.available(), before + REFUND)
        facts.update(amount=shown(REFUND), of=shown(LUNCH), balance=shown(before + REFUND))


def wait_for_the_settlement(story: Story) -> None:
    """Each capture and each refund is a line of its own; the fee is on captures only."""
    gross, fees = LUNCH + TEA - REFUND, fee(LUNCH) + fee(TEA)

    def look() -> bool | None:
        batches = settlements(story)
        now = sum(batch["lines"] for batch in batches)
        story.narrator.progress(story.narrator.words("settlement.progress", done=now, of=3))
        return True if now >= 3 else None

    with story.narrator.step("settlement") as facts:
        people.wait_for(look, story.narrator.words("settlement.now"), SETTLED_WITHIN_SECONDS, pause_seconds=0.5)
        batches = settlements(story)
        story.must("lines", sum(batch["lines"] for batch in batches), 3)
        story.must("gross", sum(batch["gross"] for batch in batches), gross)
        story.must("fees", sum(batch["fees"] for batch in batches), fees)
        story.must("net", sum(batch["net"] for batch in batches), gross - fees)
        facts.update(batches=len(batches), gross=shown(gross), fees=shown(fees), net=shown(gross - fees))


def show_the_customers_statement(story: Story) -> None:
    with story.narrator.step("statement.customer") as facts:
        month = time.strftime("%Y-%m", time.gmtime())
        found = story.customer.get(f"/v1/wallets/{story.wallet['id']}/statements/{month}").expect(200)
        total = found["opening"]["available"] + sum(entry["amount"] for entry in found["entries"])
        story.must("closing", total, found["closing"]["available"])
        story.must("closing", found["closing"]["available"], story.available())
        facts.update(entries=len(found["entries"]), closing=shown(total))
    for entry in found["entries"]:
        told(story, entry["at"], entry["kind"], entry["amount"], entry.get("order_reference", ""))


def show_the_merchants_statement(story: Story) -> None:
    with story.narrator.step("statement.merchant") as facts:
        batches = settlements(story)
        facts.update(shop=story.merchant["name"], net=shown(sum(batch["net"] for batch in batches)))
    for batch in reversed(batches):
        sums = {"gross": shown(batch["gross"]), "fees": shown(batch["fees"])}
        told(
            story, batch["at"], "settlement", batch["net"], story.narrator.words("batch", lines=batch["lines"], **sums)
        )


def prove_the_books(story: Story) -> None:
    """What the product's own trial balance says, and a second opinion that shares no code with it."""
    with story.narrator.step("books") as facts:
        books = story.anybody.get("/_local/books").expect(200)
        currencies = sorted(books.keys() - {"entries", "balanced"})
        story.must("balanced", books["balanced"], True)
        for currency in currencies:
            story.must("sum", books[currency]["sum"], 0)
        facts.update(entries=books["entries"], currencies=", ".join(currencies))
    with story.narrator.step("fold") as facts:
        opinion = second_opinion.fold(second_opinion.read(story.local))
        story.must("crooked", opinion.crooked, [])
        story.must("sum", {currency: amount for currency, amount in opinion.sums.items() if amount}, {})
        story.must("balance", opinion.balances[story.wallet["id"]], story.available())
        facts.update(entries=opinion.entries, balance=shown(story.available()))


def told(story: Story, at: str, kind: str, amount: int, about: str) -> None:
    """A line of a statement; `at` as the API writes it."""
    sign = "+" if amount > 0 else ""
    columns = (at[11:19], padded(story.narrator.words(f"kind.{kind}"), 12), padded(sign + shown(amount), 12), about)
    story.narrator.line("             " + story.narrator.painted("  ".join(columns), DIM))


def fee(amount: int) -> int:
    """Half up, in whole minor units."""
    return (amount * FEE_BASIS_POINTS + 5_000) // 10_000


def settlements(story: Story) -> list[dict[str, Any]]:
    """Newest first."""
    found: list[dict[str, Any]] = story.shop.get(f"/v1/merchants/{story.merchant['id']}/settlements").expect(200)[
        "data"
    ]
    return found


def shown(amount: int) -> str:
    return money.shown(amount, CURRENCY)


STEPS = (
    sign_up,
    take_on_a_merchant,
    top_up_by_sandbox,
    top_up_by_stripe,
    pay_a_checkout,
    pay_by_mistake,
    send_the_same_request_five_times,
    refund_a_part,
    wait_for_the_settlement,
    show_the_customers_statement,
    show_the_merchants_statement,
    prove_the_books,
)
