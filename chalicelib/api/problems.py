"""The one place that knows which error is which status, and how a refusal is written down (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from chalicelib.api import wording
from chalicelib.kernel import errors
from chalicelib.kernel.errors import CofferError
from chalicelib.kernel.idempotency import Receipt
from chalicelib.settings import settings

MEDIA_TYPE = "application/problem+json"
KEPT_BYTES = 640
"""A refusal is kept as a movement's answer, in an item of at most 1,024 bytes: a longer one tells less (`_shorter`)."""

STATUS: dict[type[CofferError], int] = {
    errors.MalformedJson: 400,
    errors.IdempotencyKeyInvalid: 400,
    errors.InvalidCursor: 400,
    errors.InvalidOrExpired: 400,
    errors.InvalidToken: 401,
    errors.InvalidCredentials: 401,
    errors.InvalidSignature: 401,
    errors.Forbidden: 403,
    errors.StepUpRequired: 403,
    errors.GuardianApprovalRequired: 403,
    errors.CardApprovalRequired: 403,
    errors.SecondFactorRequired: 403,
    errors.SecondPersonRequired: 403,
    errors.CoolingOff: 403,
    errors.NotFound: 404,
    errors.MethodNotAllowed: 405,
    errors.InsufficientFunds: 409,
    errors.LimitReached: 409,
    errors.WalletFrozen: 409,
    errors.InvalidState: 409,
    errors.ProbableDuplicate: 409,
    errors.CodeUnknown: 409,
    errors.CodeOver: 409,
    errors.ChargeDeclined: 409,
    errors.CardDeclined: 409,
    errors.CardElsewhere: 409,
    errors.RefundExceedsCapture: 409,
    errors.ExceedsWhatIsLeft: 409,
    errors.BelowLeastPart: 409,
    errors.MerchantFundsInsufficient: 409,
    errors.TermsChanged: 409,
    errors.CouponUsed: 409,
    errors.CouponExpired: 409,
    errors.CouponNotYet: 409,
    errors.CouponMinimum: 409,
    errors.CouponElsewhere: 409,
    errors.CouponsExhausted: 409,
    errors.BonusesExhausted: 409,
    errors.BonusBeyond: 409,
    errors.InsufficientPoints: 409,
    errors.PointsMinimum: 409,
    errors.CreditUnavailable: 409,
    errors.CreditLimitReached: 409,
    errors.BalanceLeft: 409,
    errors.WithoutSecondFactor: 409,
    errors.StillFrozen: 409,
    errors.InFlight: 409,
    errors.PayloadTooLarge: 413,
    errors.UnsupportedMediaType: 415,
    errors.InvalidRequest: 422,
    errors.QuestionTooWide: 422,
    errors.CodeMistyped: 422,
    errors.AmountOutOfRange: 422,
    errors.CurrencyMismatch: 422,
    errors.IdempotencyKeyReused: 422,
    errors.TooManyRequests: 429,
    errors.InternalError: 500,
    errors.Unavailable: 503,
    errors.Maintenance: 503,
}
_PAUSE_SECONDS = {errors.InFlight: 1, errors.TooManyRequests: 30, errors.Unavailable: 2, errors.Maintenance: 300}
_CHALLENGES = {401: "Bearer"}
_AWAY = frozenset(
    {
        "DecryptionFailure",
        "InternalServerError",
        "KMSInvalidStateException",
        "KMSThrottlingException",
        "KmsInvalidState",
        "KmsThrottled",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)


def receipt(error: CofferError, language: str, request_id: str) -> Receipt:
    """The error as it is answered, and, if it refuses a movement, as it is kept."""
    said = _body(error, language, request_id)
    body = msgspec.json.encode(said)
    if isinstance(error, errors.Refusal) and len(body) > KEPT_BYTES:
        body = _shorter(said)
    return Receipt(status=STATUS[type(error)], body=body.decode())


def _shorter(said: Mapping[str, Any]) -> bytes:
    """With what is lifted of the limit alone that refused; if that is still too long, without `detail`."""
    if lifts := said.get("lifts"):
        grown = {name: more for name, more in lifts["more"].items() if name == said["limit"]}
        said = {**said, "lifts": {**lifts, "more": grown}}
    body = msgspec.json.encode(said)
    if len(body) > KEPT_BYTES:
        body = msgspec.json.encode({name: value for name, value in said.items() if name != "detail"})
    return body


def headers(error: CofferError, language: str) -> dict[str, str]:
    """The fields that go with the error: Retry-After, RateLimit, Allow, WWW-Authenticate."""
    status = STATUS[type(error)]
    fields = {"Content-Type": MEDIA_TYPE, "Content-Language": language}
    pause = error.retry_after_seconds or _PAUSE_SECONDS.get(type(error))
    if pause:
        fields["Retry-After"] = str(pause)
    if isinstance(error, errors.TooManyRequests) and error.policy:
        fields |= _rate_limit(*error.policy, pause or 0)
    if isinstance(error, errors.MethodNotAllowed):
        fields["Allow"] = str(error.params["allowed"])
    if isinstance(error, errors.InvalidToken):
        fields["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    elif status in _CHALLENGES:
        fields["WWW-Authenticate"] = _CHALLENGES[status]
    return fields


def _rate_limit(name: str, most: int, window_seconds: int, left_seconds: int) -> dict[str, str]:
    """The window that is full: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/."""
    return {
        "RateLimit-Policy": f'"{name}";q={most};w={window_seconds}',
        "RateLimit": f'"{name}";r=0;t={left_seconds}',
    }


def recognised(error: Exception) -> CofferError:
    """What an unexpected exception is for the caller: something we stand on is away, or our own mistake."""
    return errors.Unavailable() if _is_away(getattr(error, "cause", None) or error) else errors.InternalError()


def doc_url(code: str) -> str:
    return f"{settings().public_url}/docs#{code}"


def _body(error: CofferError, language: str, request_id: str) -> Mapping[str, Any]:
    body: dict[str, Any] = {
        **error.params,
        "type": f"urn:coffer:error:{error.code}",
        "title": wording.sentence(error, "title", language),
        "status": STATUS[type(error)],
        "code": error.code,
        "request_id": request_id,
        "doc_url": doc_url(error.code),
    }
    if detail := wording.sentence(error, "detail", language):
        body["detail"] = detail
    if error.param is not None:
        body["param"] = error.param
    if isinstance(error, errors.LimitReached) and error.lifts is not None:
        body["lifts"] = msgspec.to_builtins(error.lifts)
    return body


def _is_away(error: Any) -> bool:
    """Whether AWS could not be reached, was throttling, or failed on its own side."""
    from botocore import exceptions

    if isinstance(error, exceptions.ClientError):
        failed_there = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500
        return failed_there or error.response.get("Error", {}).get("Code") in _AWAY
    return isinstance(error, exceptions.HTTPClientError | exceptions.ConnectionError | exceptions.IncompleteReadError)
