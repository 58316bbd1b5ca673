"""Access tokens: ours, whole, fresh, and nothing else."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, KeySet, OctKey

from chalicelib.identity import secrets, service, tokens
from chalicelib.kernel.callers import Customer, Operator
from chalicelib.kernel.errors import InvalidToken
from tests.conftest import SIGNING_KEY

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
KID = SIGNING_KEY.as_dict(private=False)["kid"]
CLAIMS: dict[str, Any] = {
    "iss": "https://coffer.test",
    "aud": "coffer",
    "sub": "usr_1",
    "sid": "ses_1",
    "jti": "tok_1",
    "iat": int(AT.timestamp()),
    "exp": int(AT.timestamp()) + 600,
    "wallets": ["wal_1"],
    "tier": 1,
    "epoch": 7,
    "jur": "CN",
    "role": "customer",
}
HEADER = {"alg": "ES256", "typ": "at+jwt", "kid": KID}
ANY_HEADER = jws.JWSRegistry(algorithms=["ES256", "HS256", "none", "ES384"], strict_check_header=False)


def signed(claims: Any = CLAIMS, header: dict[str, Any] = HEADER, key: Any = SIGNING_KEY) -> str:
    return jws.serialize_compact(header, json.dumps(claims), key, registry=ANY_HEADER)


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in CLAIMS.items() if key != name}


def part(document: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")


def with_header(header: Any) -> str:
    """Properly signed over a header that joserfc would not write."""
    covered = f"{part(header)}.{part(CLAIMS)}"
    algorithm = jws.JWSRegistry.algorithms["ES256"]
    return f"{covered}.{base64.urlsafe_b64encode(algorithm.sign(covered.encode(), SIGNING_KEY)).decode().rstrip('=')}"


def test_a_customers_token_proves_the_customer() -> None:
    assert service.customer_of(signed(), AT) == Customer("usr_1", "ses_1", ("wal_1",), 1, 7, "CN")


def test_a_header_signed_by_hand_is_as_good() -> None:
    """So what the forgeries below change is all that is wrong with them."""
    assert service.customer_of(with_header(HEADER), AT).user_id == "usr_1"


def test_an_operators_token_proves_an_operator_and_no_customer() -> None:
    token = signed({**CLAIMS, "role": "finance"})
    assert service.operator_of(token, AT) == Operator("usr_1", "ses_1", "finance")
    with pytest.raises(InvalidToken):
        service.customer_of(token, AT)


def test_a_customers_token_proves_no_operator() -> None:
    with pytest.raises(InvalidToken):
        service.operator_of(signed(), AT)


def test_a_token_is_good_until_its_last_second_and_not_after() -> None:
    assert service.customer_of(signed(), AT + timedelta(seconds=599))
    with pytest.raises(InvalidToken):
        service.customer_of(signed(), AT + timedelta(seconds=600))


def test_what_we_issue_is_what_we_verify(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "signing_key", lambda: SIGNING_KEY.as_dict(private=True))
    token = tokens.issue(
        user_id="usr_1", session_id="ses_1", wallets=("wal_1",), tier=1, epoch=7, jur="CN", role="customer", at=AT
    )
    claims = tokens.verified(token, AT)
    assert claims.exp - claims.iat == 600
    assert service.customer_of(token, AT) == Customer("usr_1", "ses_1", ("wal_1",), 1, 7, "CN")


NAMES = st.text(min_size=1, max_size=30)
PEOPLE = {
    "user_id": NAMES,
    "session_id": NAMES,
    "wallets": st.lists(NAMES, max_size=8).map(tuple),
    "tier": st.integers(0, 9),
    "epoch": st.integers(0, 2**53),
    "jur": NAMES,
    "role": NAMES,
    "at": st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
}


@pytest.fixture(scope="module")
def signing() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "signing_key", lambda: SIGNING_KEY.as_dict(private=True))
        yield


@given(st.fixed_dictionaries(PEOPLE), st.integers(-600, 1_200) | st.sampled_from([599, 600]))
def test_whoever_it_is_issued_for_it_says_so_for_ten_minutes_and_then_nothing(
    signing: None, person: dict[str, Any], seconds: int
) -> None:
    token, begins = tokens.issue(**person), person["at"].replace(microsecond=0)
    if seconds >= tokens.LIFETIME_SECONDS:
        with pytest.raises(InvalidToken):
            tokens.verified(token, begins + timedelta(seconds=seconds))
        return
    claims = tokens.verified(token, begins + timedelta(seconds=seconds))
    told = {"user_id": claims.sub, "session_id": claims.sid, "wallets": claims.wallets, "tier": claims.tier}
    assert told | {"epoch": claims.epoch, "jur": claims.jur, "role": claims.role, "at": person["at"]} == person


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=9), one, max_size=3),
)


@given(st.sampled_from(sorted(CLAIMS)), JSON)
def test_a_claim_of_another_kind_is_no_claim(name: str, value: Any) -> None:
    """Properly signed all the same."""
    if type(value) is not type(CLAIMS[name]):
        with pytest.raises(InvalidToken):
            tokens.verified(signed(CLAIMS | {name: value}), AT)


@given(st.text(max_size=9), JSON)
def test_a_claim_too_many_spoils_the_token(name: str, value: Any) -> None:
    if name not in CLAIMS:
        with pytest.raises(InvalidToken):
            tokens.verified(signed(CLAIMS | {name: value}), AT)


@given(st.sampled_from(["alg", "typ", "kid", "cty", "jku", "x5u", "x5t", "jwk", "crit"]) | st.text(max_size=9), JSON)
def test_a_header_is_exactly_what_we_write(name: str, value: Any) -> None:
    changed = HEADER | {name: value}
    if changed != HEADER:
        with pytest.raises(InvalidToken):
            tokens.verified(with_header(changed), AT)


OTHER_KEY = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, private=True)
PUBLIC_PEM = SIGNING_KEY.as_pem(private=False)
FORGED = {
    "alg none": f"{part({**HEADER, 'alg': 'none'})}.{part(CLAIMS)}.",
    "alg none with a signature": f"{part({**HEADER, 'alg': 'none'})}.{signed().split('.', 1)[1]}",
    "HS256 with the public key": signed(
        header={**HEADER, "alg": "HS256"}, key=OctKey.import_key(base64.b64encode(PUBLIC_PEM))
    ),
    "another key": signed(key=OTHER_KEY),
    "another key, its own kid": signed(header={**HEADER, "kid": "mine"}, key=OTHER_KEY),
    "jwk": with_header({**HEADER, "jwk": OTHER_KEY.as_dict(private=False)}),
    "jku": with_header({**HEADER, "jku": "https://evil.test/keys"}),
    "x5u": with_header({**HEADER, "x5u": "https://evil.test/keys"}),
    "crit": with_header({**HEADER, "crit": ["exp"]}),
    "b64": with_header({**HEADER, "b64": False}),
    "no kid": with_header({"alg": "ES256", "typ": "at+jwt"}),
    "no typ": with_header({"alg": "ES256", "kid": KID}),
    "typ JWT": signed(header={**HEADER, "typ": "JWT"}),
    "typ of another use": signed(header={**HEADER, "typ": "logout+jwt"}),
    "header is a list": with_header(["ES256"]),
    "header is a number": with_header(1),
    "wrong issuer": signed({**CLAIMS, "iss": "https://evil.test"}),
    "wrong audience": signed({**CLAIMS, "aud": "other"}),
    "several audiences": signed({**CLAIMS, "aud": ["coffer", "other"]}),
    "no exp": signed(without("exp")),
    "exp is text": signed({**CLAIMS, "exp": str(CLAIMS["exp"])}),
    "exp is null": signed({**CLAIMS, "exp": None}),
    "exp is infinite": signed({**CLAIMS, "exp": 1e400}),
    "no subject": signed(without("sub")),
    "no epoch": signed(without("epoch")),
    "epoch is true": signed({**CLAIMS, "epoch": True}),
    "a claim too many": signed({**CLAIMS, "admin": True}),
    "unknown role": signed({**CLAIMS, "role": "root"}),
    "payload is a list": signed([CLAIMS]),
    "payload is not JSON": jws.serialize_compact(HEADER, "hello", SIGNING_KEY, registry=ANY_HEADER),
    "empty": "",
    "dots": "..",
    "four parts": signed() + ".x",
    "a refresh token": "crt_" + "A" * 136,
    "not ASCII": signed() + "é",
    "huge": "a" * 100_000,
}


@pytest.mark.parametrize("kind", FORGED)
def test_anything_else_is_an_invalid_token(kind: str) -> None:
    for proves in (service.customer_of, service.operator_of):
        with pytest.raises(InvalidToken):
            proves(FORGED[kind], AT)


@given(st.data())
def test_no_single_letter_of_a_token_can_be_changed(data: st.DataObject) -> None:
    token = signed()
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(
        st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=").filter(
            lambda new: new != token[place]
        )
    )
    with pytest.raises(InvalidToken):
        service.customer_of(token[:place] + letter + token[place + 1 :], AT)


@pytest.mark.parametrize("letter", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
def test_a_signature_has_one_spelling_though_its_last_letter_has_bits_to_spare(letter: str) -> None:
    token = signed()
    if letter != token[-1]:
        with pytest.raises(InvalidToken):
            service.customer_of(token[:-1] + letter, AT)


@given(st.text(max_size=300))
def test_no_text_at_all_is_more_than_an_invalid_token(text: str) -> None:
    with pytest.raises(InvalidToken):
        service.customer_of(text, AT)


def test_while_keys_change_tokens_of_both_are_good(monkeypatch: pytest.MonkeyPatch) -> None:
    newer = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, private=True, auto_kid=True)
    both = KeySet([SIGNING_KEY, newer]).as_dict(private=False)
    monkeypatch.setenv("TOKEN_PUBLIC_KEYS", json.dumps(both))
    newer_header = {**HEADER, "kid": newer.as_dict(private=False)["kid"]}
    assert service.customer_of(signed(), AT)
    assert service.customer_of(signed(header=newer_header, key=newer), AT)


def test_what_is_signed_as_one_kind_is_never_taken_for_another() -> None:
    token = signed(CLAIMS, HEADER | {"typ": "payee-check+jwt"})
    assert json.loads(tokens.payload_of(token, "payee-check+jwt")) == CLAIMS
    for kind in ("at+jwt", "another+jwt"):
        with pytest.raises(InvalidToken):
            tokens.payload_of(token, kind)
    with pytest.raises(InvalidToken):
        tokens.verified(token, AT)
    with pytest.raises(InvalidToken):
        tokens.payload_of(signed(), "payee-check+jwt")
