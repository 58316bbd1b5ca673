"""Signing up: a wish, a code sent to the name, and a person once the code has come back.

Whether a name is known never shows: known and unknown take the same steps, the same AWS calls, the same Argon2 runs.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from chalicelib.identity import model, names, passwords, secrets, sessions, store, store_sign_ups, vault
from chalicelib.identity.model import SignUp, SignUpRequest, User, VerifyRequest, WelcomeView
from chalicelib.kernel import entropy, ids
from chalicelib.kernel.errors import InvalidOrExpired
from chalicelib.ledger import chart
from chalicelib.ledger import service as ledger
from chalicelib.notices import service as notices
from chalicelib.policy import service as policy


def sign_up(wish: SignUpRequest, at: datetime) -> None:
    """Send a code to a new name, or word of the attempt to the owner of a known one. Raises InvalidRequest."""
    identifier = names.canonical(wish.identifier)
    login = secrets.login(identifier)
    passwords.check(wish.password)
    display_name = model.tidy_name(wish.display_name)
    policy.currency_of(wish.jurisdiction, at)
    vault.ready()
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
    store_sign_ups.put_sign_up(login, waiting)
    notices.send(identifier, language, kind, {"code": code, "minutes": model.CODE_MINUTES}, at)


def verify(proof: VerifyRequest, user_agent: str, at: datetime) -> WelcomeView:
    """A user with an open wallet and a first session, for the right code. Raises InvalidOrExpired."""
    login = secrets.login(names.canonical(proof.identifier))
    vault.ready()
    waiting = store_sign_ups.count_try(login, at)
    given = _code_mark(login, model.tidy_code(proof.code))
    if waiting is None or not hmac.compare_digest(waiting.code_mark, given):
        raise InvalidOrExpired(param="code")
    user = _opened(waiting, at)
    epoch = ledger.head(user.wallets[0]).epoch
    session, token = sessions.begun(user.id, proof.device_name, user_agent, at)
    if not store_sign_ups.welcome(login, given, user, session):
        raise InvalidOrExpired(param="code")
    return WelcomeView.of(user.view, sessions.issued(user, token, epoch, user.tier, at))


def _code_mark(login: str, code: str) -> str:
    return secrets.mark("sign-up-code", login, code)


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
