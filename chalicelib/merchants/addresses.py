"""Where a webhook may go: to a public address, never into our own network, whatever a name leads to.

A name is looked up when an endpoint is made, and once more for each attempt, which connects to the very address that
was looked at: nothing can change in between.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from chalicelib.kernel.errors import InvalidRequest
from chalicelib.merchants.rules import LOOPBACK, VISIBLE
from chalicelib.settings import settings

PORTS = frozenset({443, 8443})
_LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_NAME = re.compile(rf"(?=.{{4,253}}$)(?:{_LABEL}\.)+(?![0-9]){_LABEL}")
"""At least two labels, and the last one no number: `127.1`, `0x7f.1` and the like are addresses in disguise."""
_NOT_PUBLIC_4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/3",
    )
)  # fmt: skip
"""https://www.iana.org/assignments/iana-ipv4-special-registry, multicast and what is reserved."""
_PUBLIC_6 = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
"""https://www.iana.org/assignments/iana-ipv6-special-registry: Teredo, ORCHID, documentation, 6to4. What embeds an
IPv4 address otherwise (mapped, compatible, NAT64) is outside of 2000::/3, and so are fc00::/7, fe80::/10, ff00::/8."""

Resolver = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Place:
    """What a URL names. `target`: path and query, as they stand in a request."""

    secure: bool
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """As it stands in Host: the usual port unsaid (RFC 9110 §7.2)."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == (443 if self.secure else 80) else f"{name}:{self.port}"


def looked_up(host: str, port: int) -> list[str]:
    """Each address that the name has, once; none if it leads nowhere."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return list(dict.fromkeys(str(one[4][0]) for one in found))


_resolver: Resolver = looked_up


def use(resolver: Resolver) -> Resolver:
    """Look names up by `resolver` from now on; returns the one it replaces."""
    global _resolver
    before, _resolver = _resolver, resolver
    return before


def place(url: str) -> Place:
    """Raises InvalidRequest unless it may be told things, as far as it can be seen from the text."""
    found = _read(url) if VISIBLE.fullmatch(url) else None
    if found is None or not _allowed(found):
        raise InvalidRequest(param="url", reason="webhook-url")
    return found


def reached(place: Place, resolver: Resolver | None = None) -> list[str]:
    """The addresses to connect to; none if there are none, or if a single one of them is not public."""
    found = list((resolver or _resolver)(place.host, place.port))
    here = place.host in LOOPBACK
    return found if all(_loopback(one) if here else is_public(one) for one in found) else []


def is_public(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        return found in _PUBLIC_6 and not any(found in network for network in _NOT_PUBLIC_6)
    return not any(found in network for network in _NOT_PUBLIC_4)


def _loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _read(url: str) -> Place | None:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or "@" in parts.netloc or "#" in url or parts.scheme not in ("https", "http"):
        return None
    secure = parts.scheme == "https"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(secure, host, (443 if secure else 80) if port is None else port, target)


def _allowed(place: Place) -> bool:
    if place.host in LOOPBACK:
        return settings().webhook_addresses == "loopback"
    own = urlsplit(settings().public_url).hostname or ""
    ours = place.host == own or place.host.endswith(f".{own}")
    return place.secure and place.port in PORTS and _NAME.fullmatch(place.host) is not None and not ours
