"""Webhooks signed beside their body, for any body and any moment: what was signed within 300 s is believed, no more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.errors import InvalidSignature
from chalicelib.processors import signatures
from tests.contracts.bench import AT, Bench, sandbox_bench, stripe_bench, wechatpay_bench

BENCHES = [make("http://unused") for make in (sandbox_bench, stripe_bench, wechatpay_bench)]
"""Those that sign any body."""
EITHER = pytest.mark.parametrize("bench", BENCHES, ids=lambda bench: bench.adapter.name)
BODIES = st.text(max_size=200).map(str.encode)
SECONDS = st.integers(-signatures.TOLERANCE_SECONDS, signatures.TOLERANCE_SECONDS)

FORGERIES = st.from_regex(r"v1,[A-Za-z0-9+/]{43}=", fullmatch=True) | st.from_regex(
    rf"t={int(AT.timestamp())},v1=[0-9a-f]{{64}}", fullmatch=True
)
"""Right in form and time."""


def believed(bench: Bench, body: bytes, headers: Mapping[str, str]) -> bool:
    try:
        bench.adapter.verify_and_parse(body, headers, AT)
    except InvalidSignature:
        return False
    return True


@EITHER
@given(BODIES, st.integers(-1_000, 1_000))
def test_any_body_is_believed_within_300_seconds_of_its_signature_and_not_beyond(
    bench: Bench, body: bytes, seconds: int
) -> None:
    headers = bench.sign(body, AT + timedelta(seconds=seconds), bench.secret)
    assert believed(bench, body, headers) == (abs(seconds) <= signatures.TOLERANCE_SECONDS)


@EITHER
@given(BODIES, BODIES, SECONDS)
def test_a_signature_is_good_for_its_own_body_alone(bench: Bench, body: bytes, other: bytes, seconds: int) -> None:
    headers = bench.sign(body, AT + timedelta(seconds=seconds), bench.secret)
    assert believed(bench, other, headers) == (other == body)


@EITHER
@given(st.data(), BODIES)
def test_no_bit_of_a_body_can_be_changed(bench: Bench, data: st.DataObject, body: bytes) -> None:
    body += b"."
    place, bit = data.draw(st.integers(0, len(body) - 1)), data.draw(st.integers(0, 7))
    changed = body[:place] + bytes([body[place] ^ (1 << bit)]) + body[place + 1 :]
    headers = bench.sign(body, AT, bench.secret)
    assert (believed(bench, body, headers), believed(bench, changed, headers)) == (True, False)


@EITHER
@given(BODIES, SECONDS, SECONDS)
def test_a_signature_cannot_be_made_younger(bench: Bench, body: bytes, seconds: int, later: int) -> None:
    """The time is signed as well."""
    headers = bench.sign(body, AT + timedelta(seconds=seconds), bench.secret)
    signed_at, told = (str(int(AT.timestamp()) + one) for one in (seconds, later))
    moved = {name: value.replace(signed_at, told) for name, value in headers.items()}
    assert believed(bench, body, moved) == (seconds == later)


@EITHER
@given(BODIES, st.text(max_size=100) | FORGERIES)
def test_no_made_up_signature_is_believed(bench: Bench, body: bytes, text: str) -> None:
    headers = bench.sign(body, AT, bench.secret)
    if headers[bench.signature_header] != text:
        assert not believed(bench, body, headers | {bench.signature_header: text})


@EITHER
@given(st.data(), BODIES)
def test_no_header_can_be_left_out(bench: Bench, data: st.DataObject, body: bytes) -> None:
    headers: dict[str, Any] = bench.sign(body, AT, bench.secret)
    missing = data.draw(st.sampled_from(sorted(headers)))
    assert not believed(bench, body, {name: value for name, value in headers.items() if name != missing})
