"""Refresh tokens and what presenting one means."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.identity import model, refresh, secrets
from chalicelib.identity.model import Session, Use
from chalicelib.identity.refresh import RefreshToken
from chalicelib.kernel import ids
from chalicelib.kernel.errors import InvalidToken

RAW_IDS = st.binary(min_size=16, max_size=16)
AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
USER, SESSION = ids.derived("usr", "ann"), ids.derived("ses", "ann")
FAMILY = Session(
    id=SESSION,
    user_id=USER,
    device_name=None,
    device_mark="phone",
    created_at=AT,
    last_used_at=AT,
    rotated_at=AT,
    expires_at=AT + timedelta(days=30),
    current="new",
    previous="old",
)


@pytest.fixture(autouse=True, scope="module")
def pepper() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "_secret", lambda: {"pepper": "5c" * 32})
        yield


def test_a_token_reads_as_it_was_written() -> None:
    token = refresh.first(USER, SESSION)
    assert refresh.read(token.written) == token
    assert refresh.read(token.successor.written) == token.successor


@given(RAW_IDS, RAW_IDS, st.integers(0, 2**32 - 2), st.binary(min_size=32, max_size=32))
def test_any_token_and_its_successor_read_as_they_were_written(
    user: bytes, session: bytes, generation: int, secret: bytes
) -> None:
    token = RefreshToken(ids.unpacked("usr", user), ids.unpacked("ses", session), generation, secret)
    assert refresh.read(token.written) == token
    assert refresh.read(token.successor.written) == token.successor
    assert (token.successor.session_id, token.successor.generation) == (token.session_id, generation + 1)


@given(st.data())
def test_no_bit_of_what_is_written_can_be_changed(data: st.DataObject) -> None:
    """Whatever part it is in: user, session, generation, secret or seal."""
    raw = bytearray(urlsafe_b64decode(refresh.first(USER, SESSION).written.removeprefix("crt_")))
    edges = st.sampled_from([0, 15, 16, 31, 32, 35, 36, 67, 68, len(raw) - 1])
    place, bit = data.draw(edges | st.integers(0, len(raw) - 1)), data.draw(st.integers(0, 7))
    raw[place] ^= 1 << bit
    with pytest.raises(InvalidToken):
        refresh.read("crt_" + urlsafe_b64encode(bytes(raw)).decode())


def test_the_same_token_always_has_the_same_successor_and_no_other_has_it() -> None:
    token = refresh.first(USER, SESSION)
    generations = [token]
    for _ in range(5):
        generations.append(generations[-1].successor)
    assert len({one.written for one in generations}) == 6
    assert token.successor == refresh.read(token.written).successor


def test_two_families_share_nothing() -> None:
    assert refresh.first(USER, SESSION).secret != refresh.first(USER, SESSION).secret


def test_what_the_table_keeps_is_a_sha256_of_the_whole_token() -> None:
    token = refresh.first(USER, SESSION)
    assert token.hash == hashlib.sha256(token.written.encode()).hexdigest()


@given(st.data())
def test_no_single_letter_can_be_changed(data: st.DataObject) -> None:
    text = refresh.first(USER, SESSION).written
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters().filter(lambda new: new != text[place]))
    with pytest.raises(InvalidToken):
        refresh.read(text[:place] + letter + text[place + 1 :])


@given(st.text(max_size=200) | st.from_regex(r"crt_[A-Za-z0-9_-]{0,180}=*", fullmatch=True))
def test_no_made_up_text_is_a_refresh_token(text: str) -> None:
    with pytest.raises(InvalidToken):
        refresh.read(text)


@pytest.mark.parametrize(
    ("presented", "device", "seconds", "use"),
    [
        ("new", "phone", 0, Use.ROTATE),
        ("new", "laptop", 86_400, Use.ROTATE),
        ("old", "phone", 0, Use.REPEAT),
        ("old", "phone", 60, Use.REPEAT),
        ("old", "phone", 61, Use.REVOKE),
        ("old", "laptop", 1, Use.REVOKE),
        ("older", "phone", 1, Use.REVOKE),
        ("new", "phone", 30 * 86_400, Use.IGNORE),
        ("older", "phone", 30 * 86_400, Use.IGNORE),
    ],
)
def test_what_presenting_a_token_means(presented: str, device: str, seconds: int, use: Use) -> None:
    assert model.judge(FAMILY, presented, device, AT + timedelta(seconds=seconds)) is use


def test_a_session_that_is_over_means_nothing() -> None:
    assert model.judge(None, "new", "phone", AT) is Use.IGNORE
