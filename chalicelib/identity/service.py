"""Signing up, signing in, staying signed in, signing out; who a token proves.

Passwords are imported where they are looked at: every function proves tokens, one of them runs Argon2.
Whether a name is known never shows: known and unknown take the same steps, the same AWS calls, the same Argon2 runs.
The auth epoch and tier of new tokens are the wallet head's, read before the session is written: whoever ends a
session ends it first and raises the epoch then, so a token made in between cannot move money.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from chalicelib.cases import service as cases
from chalicelib.identity import model, names, refresh, secrets, store, tokens
from chalicelib.identity.model import (
    ProfileRequest,
    Session,
    SignInRequest,
    SignUp,
    SignUpRequest,
    TokensView,
    Use,
    User,
    VerifyRequest,
    WelcomeView,
)
from chalicelib.identity.refresh import RefreshToken
from chalicelib.kernel import entropy, ids
from chalicelib.kernel.callers import Customer, Operator
from chalicelib.kernel.errors import (
    InvalidCredentials,
    InvalidOrExpired,
    InvalidRequest,
    InvalidToken,
    NotFound,
    Unavailable,
)
from chalicelib.ledger import chart
from chalicelib.ledger import service as ledger
from chalicelib.notices import service as notices
from chalicelib.observability import count
from chalicelib.policy import service as policy

_RACES = 3
_NOBODY = ids.derived("usr", "nobody")


def sign_up(wish: SignUpRequest, at: datetime) -> None:
    """Send a code to a new name, or word of the attempt to the owner of a known one. Raises InvalidRequest."""
    from chalicelib.identity import passwords

    identifier, login = _login(wish.identifier)
    passwords.check(wish.password)
    display_name = model.tidy_name(wish.display_name)
    policy.currency_of(wish.jurisdiction, at)
    code, language = entropy.digits(model.CODE_DIGITS), model.language_of(wish.locale)
    waiting = SignUp(
        user_id=ids.new("usr", at),
        identifier=identifier,
        password_hash=passwords.hashed(wish.password),
        display_name=display_name,
        locale=language,
        jurisdiction=wish.jurisdiction,
        code_mark=_code_mark(login, code),
        expires_at=at + timedelta(minutes=model.CODE_MINUTES),
    )
    kind = "sign_up_known" if store.user_id_of(login) else "sign_up_code"
    store.put_sign_up(login, waiting)
    notices.send(identifier, language, kind, {"code": code, "minutes": model.CODE_MINUTES}, at)


def verify(proof: VerifyRequest, user_agent: str, at: datetime) -> WelcomeView:
    """A user with an open wallet and a first session, for the right code. Raises InvalidOrExpired."""
    _, login = _login(proof.identifier)
    waiting = store.count_try(login, at)
    given = _code_mark(login, model.tidy_code(proof.code))
    if waiting is None or not hmac.compare_digest(waiting.code_mark, given):
        raise InvalidOrExpired(param="code")
    user = _opened(waiting, at)
    epoch = ledger.head(user.wallets[0]).epoch
    session, token = _new_session(user.id, proof.device_name, user_agent, at)
    if not store.welcome(login, given, user, session):
        raise InvalidOrExpired(param="code")
    return WelcomeView.of(user.view, _tokens(user, token, epoch, user.tier, at))


def sign_in(claim: SignInRequest, user_agent: str, at: datetime) -> TokensView:
    """Raises InvalidCredentials, the same for an unknown name and a wrong password, after the same work."""
    from chalicelib.identity import passwords

    _, login = _login(claim.identifier)
    user = store.user(store.user_id_of(login) or _NOBODY)
    if not passwords.matches(claim.password, user.password_hash if user else None) or user is None:
        raise InvalidCredentials()
    head = ledger.head(user.wallets[0])
    session, token = _new_session(user.id, claim.device_name, user_agent, at)
    store.put_session(session)
    return _tokens(user, token, head.epoch, head.tier, at)


def refreshed(text: str, user_agent: str, at: datetime) -> TokensView:
    """The successor of a refresh token. Raises InvalidToken, and ends the session if the token was used before."""
    token = refresh.read(text)
    device = _device_mark(user_agent)
    for _ in range(_RACES):
        user, session = store.user_and_session(token.user_id, token.session_id)
        use = model.judge(session, token.hash, device, at)
        if user is None or session is None or use is Use.IGNORE:
            raise InvalidToken()
        if use is Use.REVOKE:
            count("RefreshTokenReplayed")
            _end(user, session.id)
            raise InvalidToken()
        head = ledger.head(user.wallets[0])
        if _advance(use, session, token, device, at):
            return _tokens(user, token.successor, head.epoch, head.tier, at)
    raise Unavailable(retry_after_seconds=1)


def sign_out(user_id: str, session_id: str) -> None:
    """End a session; payments with its tokens stop at once. Of one that is over already, they stop all the same."""
    _end(profile(user_id), session_id)


def sign_out_device(user_id: str, session_id: str) -> None:
    """End any of the user's sessions. Raises NotFound if there is none."""
    if not ids.is_id(session_id, "ses") or not _end(profile(user_id), session_id):
        raise NotFound()


def sessions(user_id: str, position: str | None, limit: int, at: datetime) -> tuple[list[Session], str | None]:
    """Newest first, from `position` on; and the position of the next page, None at the end."""
    found, following = store.sessions(user_id, position, limit)
    return [session for session in found if session.expires_at > at], following


def profile(user_id: str) -> User:
    """Raises NotFound."""
    return _known(store.user(user_id))


def change_profile(user_id: str, wish: ProfileRequest) -> User:
    """Raises NotFound or InvalidRequest."""
    changes = {}
    if wish.display_name is not None:
        changes["display_name"] = model.tidy_name(wish.display_name)
    if wish.locale is not None:
        changes["locale"] = model.language_of(wish.locale)
    return _known(store.update_user(user_id, **changes)) if changes else profile(user_id)


def appoint(user_id: str, role: str, at: datetime, by: str = "bootstrap") -> None:
    """Give an operator's role, or `customer` again, from the user's next token on. Raises NotFound, InvalidRequest."""
    if role not in model.OPERATOR_ROLES | {model.CUSTOMER}:
        raise InvalidRequest(param="role")
    cases.audit(by, "user.appoint", user_id, role, at)
    _known(store.update_user(user_id, role=role))


def customer_of(token: str, at: datetime) -> Customer:
    """Who an access token proves; no AWS call. Raises InvalidToken."""
    claims = tokens.verified(token, at)
    if claims.role != model.CUSTOMER:
        raise InvalidToken()
    return Customer(claims.sub, claims.sid, claims.wallets, claims.tier, claims.epoch, claims.jur)


def operator_of(token: str, at: datetime) -> Operator:
    """Which operator an access token proves; no AWS call. Raises InvalidToken."""
    claims = tokens.verified(token, at)
    if claims.role not in model.OPERATOR_ROLES:
        raise InvalidToken()
    return Operator(claims.sub, claims.sid, claims.role)


def _login(typed: str) -> tuple[str, str]:
    """The canonical name and its mark."""
    identifier = names.canonical(typed)
    return identifier, secrets.mark("login", identifier)


def _code_mark(login: str, code: str) -> str:
    return secrets.mark("sign-up-code", login, code)


def _device_mark(user_agent: str) -> str:
    return secrets.mark("device", user_agent)


def _opened(waiting: SignUp, at: datetime) -> User:
    """The user to be. The wallet comes first: a user without one is never seen, a wallet without one does no harm."""
    currency = policy.currency_of(waiting.jurisdiction, at)
    wallet = chart.wallet_of(waiting.user_id, currency)
    ledger.open_wallet(wallet, waiting.user_id, currency, model.FIRST_TIER, at)
    return User(
        id=waiting.user_id,
        identifier=waiting.identifier,
        password_hash=waiting.password_hash,
        display_name=waiting.display_name,
        locale=waiting.locale,
        jurisdiction=waiting.jurisdiction,
        tier=model.FIRST_TIER,
        role=model.CUSTOMER,
        wallets=(wallet,),
        created_at=at,
    )


def _new_session(user_id: str, device_name: str | None, user_agent: str, at: datetime) -> tuple[Session, RefreshToken]:
    token = refresh.first(user_id, ids.new("ses", at))
    session = Session(
        id=token.session_id,
        user_id=user_id,
        device_name=device_name,
        device_mark=_device_mark(user_agent),
        created_at=at,
        last_used_at=at,
        rotated_at=at,
        expires_at=at + model.SESSION_LIFETIME,
        current=token.hash,
    )
    return session, token


def _advance(use: Use, session: Session, token: RefreshToken, device: str, at: datetime) -> bool:
    """False if somebody else was faster: look again."""
    if use is Use.REPEAT:
        return store.repeat(session, at)
    return store.rotate(session, token.successor.hash, device, at + model.SESSION_LIFETIME, at)


def _end(user: User, session_id: str) -> bool:
    """The session first, then the epoch; also if the session is gone, since a crash may have come in between."""
    ended = store.end_session(user.id, session_id)
    for wallet in user.wallets:
        ledger.raise_epoch(wallet)
    return ended


def _tokens(user: User, token: RefreshToken, epoch: int, tier: int, at: datetime) -> TokensView:
    access = tokens.issue(
        user_id=user.id,
        session_id=token.session_id,
        wallets=user.wallets,
        tier=tier,
        epoch=epoch,
        jur=user.jurisdiction,
        role=user.role,
        at=at,
    )
    return TokensView(access, token.written, tokens.LIFETIME_SECONDS, token.session_id)


def _known(user: User | None) -> User:
    if user is None:
        raise NotFound()
    return user
