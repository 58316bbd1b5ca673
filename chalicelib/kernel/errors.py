"""One tree of errors. `code` is stable; its sentences are in `catalogues/errors.json`; `api` maps it to a status.

`params` fill the sentence and may stand in the answer: nothing secret or personal goes in.
"""

from __future__ import annotations

from typing import ClassVar


class CofferError(Exception):
    code: ClassVar[str]

    def __init__(self, *, param: str | None = None, retry_after_seconds: int | None = None, **params: str | int):
        super().__init__(self.code)
        self.param = param
        self.retry_after_seconds = retry_after_seconds
        self.params = params


class BadRequest(CofferError):
    """The request cannot be read or breaks a rule of form."""


class MalformedJson(BadRequest):
    code = "malformed-json"


class PayloadTooLarge(BadRequest):
    code = "payload-too-large"


class UnsupportedMediaType(BadRequest):
    code = "unsupported-media-type"


class MethodNotAllowed(BadRequest):
    code = "method-not-allowed"


class InvalidRequest(BadRequest):
    code = "invalid-request"


class QuestionTooWide(BadRequest):
    """A report that takes more than there is for one question. `reason`: files, memory, time."""

    code = "question-too-wide"


class AmountOutOfRange(BadRequest):
    code = "amount-out-of-range"


class CurrencyMismatch(BadRequest):
    code = "currency-mismatch"


class IdempotencyKeyInvalid(BadRequest):
    code = "idempotency-key-invalid"


class IdempotencyKeyReused(BadRequest):
    code = "idempotency-key-reused"


class InvalidCursor(BadRequest):
    code = "invalid-cursor"


class InvalidOrExpired(BadRequest):
    """A code that is wrong, used, another's or too old: never says which."""

    code = "invalid-or-expired"


class CodeMistyped(BadRequest):
    """Eighteen digits that can be no payment code: its check digit is another."""

    code = "code-mistyped"


class AccessDenied(CofferError):
    """Who asks may not, or is not who they say."""


class InvalidToken(AccessDenied):
    code = "invalid-token"


class InvalidCredentials(AccessDenied):
    code = "invalid-credentials"


class InvalidSignature(AccessDenied):
    code = "invalid-signature"


class Forbidden(AccessDenied):
    code = "forbidden"


class StepUpRequired(AccessDenied):
    """`methods`: how this person can, separated by a space."""

    code = "step-up-required"


class GuardianApprovalRequired(AccessDenied):
    """Never stored: once the guardian agrees, the same request under the same key goes through."""

    code = "guardian-approval-required"


class CardApprovalRequired(GuardianApprovalRequired):
    """The same of whoever gave the family card: above an amount of theirs they are asked."""

    code = "card-approval-required"


class SecondFactorRequired(AccessDenied):
    """An operator without a second factor may only set one up."""

    code = "second-factor-required"


class WithoutSecondFactor(AccessDenied):
    """Nobody becomes an operator before they have a second factor."""

    code = "without-second-factor"


class StillFrozen(AccessDenied):
    """A freeze to review is not done with while the wallet is frozen and nobody has said why it stays so."""

    code = "still-frozen"


class SecondPersonRequired(AccessDenied):
    """Who proposed something may not approve it as well."""

    code = "second-person-required"


class CoolingOff(AccessDenied):
    """Large payments wait for a while after a reset. `until` says how long."""

    code = "cooling-off"


class NotFound(AccessDenied):
    """Does not exist, or belongs to somebody else: the same answer, byte for byte."""

    code = "not-found"


class Refusal(CofferError):
    """The request is sound and the rules of money say no. Stored as the movement's answer."""


class InsufficientFunds(Refusal):
    code = "insufficient-funds"


class LimitReached(Refusal):
    """`lifts`: what would let it through, where something would; a structure that JSON can hold."""

    code = "limit-reached"

    def __init__(self, *, lifts: object = None, param: str | None = None, **params: str | int):
        super().__init__(param=param, retry_after_seconds=None, **params)
        self.lifts = lifts


class WalletFrozen(Refusal):
    code = "wallet-frozen"


class InvalidState(Refusal):
    code = "invalid-state"


class ProbableDuplicate(Refusal):
    code = "probable-duplicate"


class ExceedsWhatIsLeft(Refusal):
    """A part of a shared checkout: `left` says how much of it may still be paid."""

    code = "exceeds-what-is-left"


class BelowLeastPart(Refusal):
    """A part of a shared checkout: `least` says what each must be, but the last."""

    code = "below-least-part"


class RefundExceedsCapture(Refusal):
    code = "refund-exceeds-capture"


class MerchantFundsInsufficient(Refusal):
    code = "merchant-funds-insufficient"


class CodeUnknown(Refusal):
    """A payment code that nobody shows."""

    code = "code-unknown"


class CodeOver(Refusal):
    """A payment code is good once and for a minute. `state`: used, replaced, expired, ended (by its customer)."""

    code = "code-over"


class ChargeDeclined(Refusal):
    """The customer's wallet does not pay. Why is theirs to know, not the till's."""

    code = "charge-declined"


class CardDeclined(Refusal):
    """The wallet behind a family card does not pay. Why is its owner's to know."""

    code = "card-declined"


class CardElsewhere(Refusal):
    """A family card is good for some kinds of shops alone."""

    code = "card-not-for-this-category"


class TermsChanged(Refusal):
    """What was agreed to is not what is offered now: nobody buys what they were not shown."""

    code = "terms-changed"


class CouponUsed(Refusal):
    code = "coupon-used"


class CouponExpired(Refusal):
    """`until` says when it ended."""

    code = "coupon-expired"


class CouponNotYet(Refusal):
    """`since` says from when on it is good."""

    code = "coupon-not-yet"


class CouponMinimum(Refusal):
    """`least` says what a purchase must come to."""

    code = "coupon-minimum-not-met"


class CouponElsewhere(Refusal):
    code = "coupon-not-for-this-merchant"


class CouponsExhausted(Refusal):
    """The budget of a template is used up."""

    code = "coupons-exhausted"


class BonusesExhausted(Refusal):
    """The budget of an offer is used up."""

    code = "bonuses-exhausted"


class BonusBeyond(Refusal):
    """`maximum` says how much of this purchase bonuses may pay."""

    code = "bonus-beyond"


class InsufficientPoints(Refusal):
    """`missing` says how many."""

    code = "insufficient-points"


class PointsMinimum(Refusal):
    """`least` says how many points pay at least."""

    code = "points-minimum-not-met"


class CreditUnavailable(Refusal):
    """`reason` says why: tier, score, overdue, guarded, no-line; `needs_tier` which tier would do."""

    code = "credit-unavailable"


class CreditLimitReached(Refusal):
    """`available` says how much of the line is left."""

    code = "credit-limit-reached"


class BalanceLeft(Refusal):
    """An account whose wallet holds or owes money cannot be deleted."""

    code = "balance-left"


class InFlight(CofferError):
    """A call to a processor for this very key is still under way."""

    code = "in-flight"


class TooManyRequests(CofferError):
    """`policy`: name, most and seconds of the window that is full, where it is a limit of ours."""

    code = "too-many-requests"

    def __init__(self, *, policy: tuple[str, int, int] | None = None, retry_after_seconds: int | None = None):
        super().__init__(retry_after_seconds=retry_after_seconds)
        self.policy = policy


class Unavailable(CofferError):
    """Something we stand on is away; nothing happened, or the same key will find out."""

    code = "unavailable"


class Maintenance(Unavailable):
    code = "maintenance"


class InternalError(CofferError):
    """A mistake of ours; the log has it, the answer says nothing of it."""

    code = "internal-error"


def every_error() -> list[type[CofferError]]:
    """All concrete classes of the tree."""
    found, waiting = [], [CofferError]
    while waiting:
        kind = waiting.pop()
        waiting.extend(kind.__subclasses__())
        if "code" in vars(kind):
            found.append(kind)
    return found
