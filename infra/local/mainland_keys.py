"""Made-up accounts at WeChat Pay and Alipay: what Coffer keeps secret, and what their stand-ins must know."""

from __future__ import annotations

import secrets
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

BITS = 2048


def make() -> dict[str, dict[str, Any]]:
    """`{"coffer": {processor: section of the secret}, "bank": {processor: the other side of it}}`."""
    ours, wechats, ours_too, alipays = (_pair() for _ in range(4))
    wechatpay = {"mchid": "1900000109", "appid": "wx8888888888888888", "api_v3_key": secrets.token_hex(16)}
    alipay = {"app_id": "2014072300007148", "seller_id": "2088102146225135"}
    platform = "PUB_KEY_ID_01" + secrets.token_hex(16).upper()
    wechatpay |= {"serial": secrets.token_hex(20).upper()}
    return {
        "coffer": {
            "wechatpay": wechatpay | {"private_key": ours[0], "platform_keys": {platform: wechats[1]}},
            "alipay": alipay | {"private_key": ours_too[0], "alipay_public_key": alipays[1]},
        },
        "bank": {
            "wechatpay": wechatpay | {"merchant_key": ours[1], "platform_serial": platform, "private_key": wechats[0]},
            "alipay": alipay | {"merchant_key": ours_too[1], "private_key": alipays[0]},
        },
    }


@cache
def private_key(pem: str) -> Any:
    """Loading one proves its numbers, which takes forty times as long as signing with it."""
    return serialization.load_pem_private_key(pem.encode(), None)


def _pair() -> tuple[str, str]:
    """A private key and its public half, PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()
