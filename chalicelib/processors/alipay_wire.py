"""Alipay's envelope (RSA2): calls are signed forms, answers signed pieces of JSON, webhooks signed forms again.

https://opendocs.alipay.com/common/02kf5q, https://opendocs.alipay.com/common/02mse7
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec

from chalicelib.kernel import clock
from chalicelib.kernel.errors import InvalidSignature
from chalicelib.observability import page
from chalicelib.processors import mainland, rsa, wire
from chalicelib.processors.model import Secret

DONE = "10000"
_FORM = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
_NO_ANSWER = ("20000",)
_NOT_THEIRS = ("aop.", "isp.")
"""How the codes of a gateway begin that could not ask whoever knows."""
_NOT_PERMITTED = "40006"
_OUR_KEY = frozenset(
    {
        "ACQ.ACCESS_FORBIDDEN",
        "isv.invalid-app-id",
        "isv.invalid-signature",
        "isv.invalid-signature-type",
        "isv.missing-signature",
        "isv.missing-signature-config",
        "isv.missing-signature-key",
    }
)
"""https://opendocs.alipay.com/common/02km9f"""
_MOST_PARAMETERS = 100
_READ = (
    "app_id|biz_content|gmt_refund|msg_method|notify_id|notify_time|notify_type|out_trade_no|refund_fee|seller_id|"
    "send_pay_date|total_amount|trade_no|trade_status|utc_timestamp"
)
_HIDES_ANOTHER = re.compile(f"&(?:{_READ})=")
"""What is signed joins parameters with `&` and quotes nothing: a value with one inside is signed as two would be."""


def ask(url: str, secret: Secret, call: str, wish: Mapping[str, Any], notify_url: str = "") -> dict[str, Any]:
    """What `call` answers, a refusal too. Raises NoAnswer: nobody signed it, so nobody said it."""
    reply = wire.send("POST", url, _FORM, signed(secret, call, wish, notify_url).encode())
    said = _said(reply.body, call.replace(".", "_") + "_response", secret)
    try:
        answer = msgspec.json.decode(said, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise wire.NoAnswer from problem
    if refuses_our_key(answer):
        page("ProcessorRefusesOurKey", processor="alipay", status=str(answer.get("code")))
    return answer


def signed(secret: Secret, call: str, wish: Mapping[str, Any], notify_url: str = "") -> str:
    """The form that makes `call`."""
    parameters = {
        "app_id": secret["app_id"],
        "method": call,
        "format": "JSON",
        "charset": "utf-8",
        "sign_type": "RSA2",
        "timestamp": mainland.written(clock.now()),
        "version": "1.0",
        "notify_url": notify_url,
        "biz_content": msgspec.json.encode(wish).decode(),
    }
    given = {name: text for name, text in parameters.items() if text}
    return urlencode(given | {"sign": rsa.sign(secret["private_key"], _in_order(given))})


def refuses_our_key(answer: Mapping[str, Any]) -> bool:
    return answer.get("code") == _NOT_PERMITTED or answer.get("sub_code") in _OUR_KEY


def says_nothing(answer: Mapping[str, Any]) -> bool:
    """A refusal of the gateway's own, about no money."""
    return answer.get("code") in _NO_ANSWER or str(answer.get("sub_code", "")).startswith(_NOT_THEIRS)


def parameters(raw: bytes) -> dict[str, str]:
    """Of a webhook. Raises InvalidSignature where they could be read in two ways."""
    try:
        pairs = parse_qsl(
            raw.decode(), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=_MOST_PARAMETERS
        )
    except (ValueError, UnicodeDecodeError) as problem:
        raise InvalidSignature from problem
    found = dict(pairs)
    if len(found) != len(pairs) or any(_ambiguous(name, text) for name, text in pairs):
        raise InvalidSignature
    return found


def _ambiguous(name: str, text: str) -> bool:
    return "=" in name or "&" in name or _HIDES_ANOTHER.search(text) is not None


def check_notice(secret: Callable[[], Secret], told: Mapping[str, str]) -> None:
    """Raises InvalidSignature."""
    signature = told.get("sign", "")
    if not signature or told.get("sign_type") != "RSA2":
        raise InvalidSignature
    given = {name: text for name, text in told.items() if name not in ("sign", "sign_type")}
    rsa.check(secret()["alipay_public_key"], signature, _in_order(given))


def _said(body: bytes, name: str, secret: Secret) -> bytes:
    """The piece of the answer that is signed, byte for byte as it came."""
    try:
        answer = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        said = bytes(answer[name])
        rsa.check(secret["alipay_public_key"], msgspec.json.decode(answer["sign"], type=str), said)
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, InvalidSignature) as problem:
        raise wire.NoAnswer from problem
    return said


def _in_order(parameters: Mapping[str, str]) -> bytes:
    return "&".join(f"{name}={text}" for name, text in sorted(parameters.items())).encode()
