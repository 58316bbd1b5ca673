"""Staying signed in and signing out: sessions, each a family of refresh tokens, and the access tokens they give.

The auth epoch and tier of new tokens are the wallet head's, read before the session is written: whoever ends a
session ends it first and raises the epoch then, so a token made in between cannot move money.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from chalicelib.cases import service as cases
from chalicelib.identity import calling, model, refresh, secrets, service, store_pushes, store_sessions, tokens
from chalicelib.identity.model import Session, TokensView, Use, User
from chalicelib.identity.refresh import RefreshToken
from chalicelib.kernel import ids
from chalicelib.kernel.errors import InvalidToken, NotFound, Unavailable
from chalicelib.ledger import service as ledger
from chalicelib.observability import count

_RACES = 3


def begun(
    user_id: str, device_name: str | None, user_agent: str, at: datetime, since: str = "", device: str = ""
) -> tuple[Session, RefreshToken]:
    """A new session, not yet kept, and its first refresh token."""
    token = refresh.first(user_id, ids.new("ses", at))
    session = Session(
        id=token.session_id,
        user_id=user_id,
        device_name=device_name,
        device_mark=device_mark(user_agent),
        created_at=at,
        last_used_at=at,
        rotated_at=at,
        expires_at=at + model.SESSION_LIFETIME,
        current=token.hash,
        since=since,
        device=device,
    )
    return session, token


def issued(
    user: User,
    token: RefreshToken,
    epoch: int,
    tier: int,
    at: datetime,
    device_token: str | msgspec.UnsetType = msgspec.UNSET,
    session: Session | None = None,
) -> TokensView:
    """The refresh token and an access token beside it."""
    access = access_token(user, session, token.session_id, epoch, tier, at)
    return TokensView(access, token.written, tokens.LIFETIME_SECONDS, token.session_id, device_token=device_token)


def access_token(
    user: User, session: Session | None, session_id: str, epoch: int, tier: int, at: datetime, step: int = 0
) -> str:
    """What payments need to know stands in it. `step`: stepped up until then, in seconds since 1970."""
    now = at.timestamp()
    return tokens.issue(
        user_id=user.id,
        session_id=session_id,
        wallets=user.wallets,
        tier=tier,
        epoch=epoch,
        jur=user.jurisdiction,
        role=user.role,
        ward=bool(user.guardian),
        at=at,
        mfa=session is not None and session.proved and bool(user.second_factors),
        ways=" ".join(user.ways),
        step=step,
        cool=user.cooling_until if user.cooling_until > now else 0,
        risk=session is not None and session.risky_until > now,
        name=calling.shown(user.display_name),
        dev=session.device if session else "",
    )


def refreshed(text: str, user_agent: str, at: datetime) -> TokensView:
    """The successor of a refresh token. Raises InvalidToken, and ends the session if the token was used before.

    What began with a password alone is over once that is not enough, whether or not it was ended.
    """
    token = refresh.read(text)
    device = device_mark(user_agent)
    for _ in range(_RACES):
        user, session = store_sessions.user_and_session(token.user_id, token.session_id)
        use = model.judge(session, token.hash, device, at)
        if user is None or session is None or use is Use.IGNORE:
            raise InvalidToken()
        if use is Use.REVOKE:
            count("RefreshTokenReplayed")
            cases.audit(user.id, "session.replayed", session.id, "", at)
            end(user, session.id)
            raise InvalidToken()
        if user.second_factors and not session.proved:
            raise InvalidToken()
        head = ledger.head(user.wallets[0])
        if _advance(use, session, token, device, at):
            return issued(user, token.successor, head.epoch, head.tier, at, session=session)
    raise Unavailable(retry_after_seconds=1)


def sign_out(user_id: str, session_id: str) -> None:
    """End a session; payments with its tokens stop at once. Of one that is over already, they stop all the same."""
    end(service.profile(user_id), session_id)


def sign_out_device(user_id: str, session_id: str, at: datetime, source_address: str = "") -> None:
    """End any of the user's sessions. Raises NotFound if there is none."""
    if not ids.is_id(session_id, "ses"):
        raise NotFound()
    cases.audit(user_id, "session.revoke", session_id, "", at, source_address=source_address)
    if not end(service.profile(user_id), session_id):
        raise NotFound()


def listed(user_id: str, position: str | None, limit: int, at: datetime) -> tuple[list[Session], str | None]:
    """Newest first, from `position` on; and the position of the next page, None at the end."""
    found, following = store_sessions.sessions(user_id, position, limit)
    return [session for session in found if session.expires_at > at], following


def end(user: User, session_id: str) -> bool:
    """The session first, then the epoch and its pushes; also if it is gone, since a crash may have come in between."""
    ended = store_sessions.end_session(user.id, session_id)
    stop_payments(user)
    store_pushes.forget_session(user.id, session_id)
    return ended


def end_all(user: User, at: datetime, last: str = "") -> None:
    """Every session at once, then the epoch of every wallet, then what is left of them."""
    since = store_sessions.end_at_once(user.id, at)
    stop_payments(user)
    clear(user, since, last)


def clear(user: User, since: str, last: str = "") -> None:
    """What is left of sessions from before `since`: themselves, payments, pushes. All of it may be done twice.

    The epoch after the sessions: whoever was refreshing one while it ended has a token that pays no more. `last` is
    left to whoever has more to do in it, and is over all the same.
    """
    going = store_sessions.end_sessions(user.id, spared=since, last=last)
    stop_payments(user)
    store_pushes.forget_others(user.id, going)


def end_others(user: User, session_id: str) -> bool:
    """All but this one, which refreshes before it pays again; False if there were none."""
    ended = store_sessions.end_others(user.id, session_id)
    stop_payments(user)
    store_pushes.forget_others(user.id, frozenset({session_id}))
    return ended > 0


def device_mark(user_agent: str) -> str:
    return secrets.mark("device", user_agent)


def stop_payments(user: User) -> None:
    """With every token of before; tokens from now on go on."""
    for wallet in user.wallets:
        ledger.raise_epoch(wallet)


def put_at_risk(user_id: str, wallets: Sequence[str], until: datetime) -> int:
    """What was signed in goes on at risk until then, or until it has stepped up; how many sessions.

    Tokens of before move no money any more, so the next payment's token says so.
    """
    found = store_sessions.put_at_risk(user_id, int(until.timestamp()))
    for account in wallets:
        ledger.raise_epoch(account)
    return found


def _advance(use: Use, session: Session, token: RefreshToken, device: str, at: datetime) -> bool:
    """False if somebody else was faster: look again."""
    if use is Use.REPEAT:
        return store_sessions.repeat(session, at)
    return store_sessions.rotate(session, token.successor.hash, device, at + model.SESSION_LIFETIME, at)
