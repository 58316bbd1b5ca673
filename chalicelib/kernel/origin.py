"""From where the request came that is being answered: known to whatever it has done, so that nobody can forget it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_source: ContextVar[str] = ContextVar("source", default="")


def source_address() -> str:
    """As API Gateway saw it; empty while no request is being answered: of a schedule, a queue, a command."""
    return _source.get()


@contextmanager
def of_request(address: str) -> Iterator[None]:
    before = _source.set(address)
    try:
        yield
    finally:
        _source.reset(before)


_V6_NETWORK = 64
"""Bits of an IPv6 address that its holder cannot choose."""


def network(address: str) -> str:
    """What stands for whoever is at a source address: of IPv6 its network."""
    if ":" not in address:
        return address
    import ipaddress

    try:
        return str(ipaddress.ip_network((address, _V6_NETWORK), strict=False))
    except ValueError:
        return address
