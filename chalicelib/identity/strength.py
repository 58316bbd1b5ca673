"""How hard a password is to guess, with advice: by zxcvbn, whose sentences are fixed and stand in the catalogue.

What is typed here is neither kept nor logged.
"""

from __future__ import annotations

from typing import Any

from chalicelib.identity import passwords
from chalicelib.identity.model_resets import StrengthRequest, StrengthView
from chalicelib.kernel import text

MEASURED = 64
"""Characters that are looked at: its effort grows faster than the length."""
_WEAK = 1


def measured(wish: StrengthRequest, language: str) -> StrengthView:
    found = _found(wish.password[:MEASURED], [hint for hint in wish.hints or () if hint])
    reason, score = _refused(wish), int(found["score"])
    warning, advice = str(found["feedback"]["warning"]), [str(one) for one in found["feedback"]["suggestions"]]
    return StrengthView(
        score=score if reason is None else min(score, _WEAK),
        acceptable=reason is None,
        warning=_said(reason or warning, language) if reason or warning else None,
        advice=tuple(_said(one, language) for one in advice),
    )


def _found(password: str, hints: list[str]) -> dict[str, Any]:
    from zxcvbn import feedback, zxcvbn

    if not password:
        return {"score": 0, "feedback": feedback.get_feedback(0, [])}
    return dict(zxcvbn(password, user_inputs=hints))


def _refused(wish: StrengthRequest) -> str | None:
    """Why it would be refused, if it would be."""
    if len(wish.password) < passwords.MIN_LENGTH:
        return "Use at least 8 characters."
    if len(wish.password) > passwords.MAX_LENGTH:
        return "Use at most 128 characters."
    if passwords.is_common(wish.password):
        return "This is a very common password."
    if passwords.is_personal(wish.password, wish.hints or ()):
        return "This is little more than your own name or address."
    return None


def _said(sentence: str, language: str) -> str:
    return text.sentence(f"strength.{sentence}", language)
