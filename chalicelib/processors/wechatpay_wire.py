"""WeChat Pay's envelope: what we send is signed, what comes back is believed only if it is, what it hides is opened.

https://pay.weixin.qq.com/doc/v3/merchant/4012365342
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib.kernel import clock, entropy
from chalicelib.kernel.errors import InvalidSignature
from chalicelib.observability import page
from chalicelib.processors import rsa, signatures, wire
from chalicelib.processors.model import Secret

SCHEME = "WECHATPAY2-SHA256-RSA2048"
_OUR_KEY = ("SIGN_ERROR", "NO_AUTH", "APPID_MCHID_NOT_MATCH", "MCH_NOT_EXISTS")
_NONCE = re.compile(r"[A-Za-z0-9_+/=-]{1,64}", re.ASCII)
_SERIAL = re.compile(r"[A-Za-z0-9_]{1,64}", re.ASCII)


class Resource(msgspec.Struct):
    algorithm: str
    ciphertext: str
    nonce: str
    associated_data: str = ""


def ask(
    url: str, secret: Secret, method: str, path: str, wish: Mapping[str, Any] | None = None
) -> tuple[int, dict[str, Any]]:
    """Status and body of the answer, of a refusal too. Raises NoAnswer: nobody signed it, so nobody said it."""
    body = msgspec.json.encode(wish) if wish is not None else b""
    headers = {**authorized(secret, method, path, body), "Content-Type": "application/json"}
    reply = wire.send(method, url + path, headers, body)
    answer = reply.json()
    if refuses_our_key(reply.status, answer):
        page("ProcessorRefusesOurKey", processor="wechatpay", status=reply.status)
    try:
        check(lambda: secret, reply.headers, reply.body, clock.now())
    except InvalidSignature as problem:
        raise wire.NoAnswer from problem
    return reply.status, answer


def refuses_our_key(status: int, answer: Mapping[str, Any]) -> bool:
    """403 alone does not say so: that is how customers are refused, too."""
    return status == 401 or answer.get("code") in _OUR_KEY


def authorized(secret: Secret, method: str, path: str, body: bytes = b"") -> dict[str, str]:
    """The headers of a request; with a public key of theirs, they want to hear which."""
    stamp, nonce = str(int(clock.now().timestamp())), entropy.token(16).hex()
    text = f"{method}\n{path}\n{stamp}\n{nonce}\n".encode() + body + b"\n"
    facts = {
        "mchid": secret["mchid"],
        "nonce_str": nonce,
        "signature": rsa.sign(secret["private_key"], text),
        "timestamp": stamp,
        "serial_no": secret["serial"],
    }
    proof = ",".join(f'{name}="{value}"' for name, value in facts.items())
    headers = {"Authorization": f"{SCHEME} {proof}", "Accept": "application/json", "User-Agent": "coffer"}
    public = [serial for serial in secret["platform_keys"] if serial.startswith("PUB_KEY_ID_")]
    return headers | ({"Wechatpay-Serial": public[0]} if public else {})


def check(secret: Callable[[], Secret], headers: Mapping[str, str], raw: bytes, at: datetime) -> None:
    """Raises InvalidSignature unless `raw` was signed within 300 s of `at` by a key of theirs that we hold already."""
    stamp, nonce, serial, signature = (
        signatures.header(headers, f"wechatpay-{part}") for part in ("timestamp", "nonce", "serial", "signature")
    )
    signatures.check_fresh(stamp, at)
    if not _NONCE.fullmatch(nonce) or not _SERIAL.fullmatch(serial):
        raise InvalidSignature
    key = secret()["platform_keys"].get(serial)
    if key is None:
        raise InvalidSignature
    rsa.check(key, signature, f"{stamp}\n{nonce}\n".encode() + raw + b"\n")


def opened(resource: Resource, api_v3_key: str) -> bytes:
    """What a webhook hides (AES-256-GCM). ValueError if it was not hidden with our key."""
    if resource.algorithm != "AEAD_AES_256_GCM":
        raise ValueError("an algorithm that we do not know")
    hidden = base64.b64decode(resource.ciphertext, validate=True)
    try:
        return AESGCM(api_v3_key.encode()).decrypt(resource.nonce.encode(), hidden, resource.associated_data.encode())
    except InvalidTag as problem:
        raise ValueError("not hidden with our key") from problem


def app_order(secret: Secret, prepay_id: str) -> dict[str, str]:
    """What the WeChat SDK of an app wants to hear, signed."""
    stamp, nonce = str(int(clock.now().timestamp())), entropy.token(8).hex()
    text = f"{secret['appid']}\n{stamp}\n{nonce}\n{prepay_id}\n"
    return {
        "type": "pay_in_wechat",
        "appid": secret["appid"],
        "partnerid": secret["mchid"],
        "prepayid": prepay_id,
        "package": "Sign=WXPay",
        "noncestr": nonce,
        "timestamp": stamp,
        "sign": rsa.sign(secret["private_key"], text.encode()),
    }
