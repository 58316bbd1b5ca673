"""The generated client library, as the demo speaks through it: a call by its name, its body by its fields.

    till = Caller(local["api"], token)
    till("merchants_open_checkout", amount=1_280, currency="CNY", order_reference="tea-41").code_url

Whatever moves money carries a key; while there is no answer the same request goes out again with the same key.
"""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Callable
from functools import cache
from typing import Any, get_type_hints

from infra import client_library
from infra.local.client import LADDER_SECONDS, LATER, NoAnswer, Unexpected, new_key


@cache
def _imported() -> None:
    """Generated anew if the description has changed."""
    sys.path.insert(0, str(client_library.library()))


def module(name: str) -> Any:
    _imported()
    return importlib.import_module(f"coffer_client{name}")


class Caller:
    """One caller; `token`: of a person, an API key, a till's. Their answers are in `language`."""

    def __init__(self, url: str, token: str, language: str = "en"):
        self._client = module("").AuthenticatedClient(base_url=url, token=token)
        self._language = language

    def __call__(self, operation: str, *ids: str, key: str = "", refused: str = "", **wish: Any) -> Any:
        """The answer's model; of what must be refused the problem with this code. Raises Unexpected, NoAnswer.

        `wish`: the fields of the body, or of a call without one its parameters.
        """
        room, _, _ = operation.partition("_")
        function = module(f".api.{room}.{operation}").sync_detailed
        told = self._insisted(function, ids, self._given(function, key, wish))
        code = _code(told.parsed)
        if code != refused or (told.status_code >= 400) != bool(refused):
            raise Unexpected(f"{operation}: {told.status_code} {told.content[:500].decode(errors='replace')}")
        return told.parsed

    def _given(self, function: Callable[..., Any], key: str, wish: dict[str, Any]) -> dict[str, Any]:
        takes = get_type_hints(function)
        given: dict[str, Any] = {"client": self._client, "accept_language": self._language}
        if "idempotency_key" in takes:
            given["idempotency_key"] = key or new_key()
        if "body" in takes:
            return given | {"body": takes["body"].from_dict(wish)}
        return given | wish

    def _insisted(self, function: Callable[..., Any], ids: tuple[str, ...], given: dict[str, Any]) -> Any:
        from httpx import TransportError

        for seconds in LADDER_SECONDS:
            try:
                told = function(*ids, **given)
            except TransportError:
                time.sleep(seconds)
                continue
            if told.status_code not in LATER and _code(told.parsed) != "in-flight":
                return told
            time.sleep(seconds)
        raise NoAnswer(f"{function.__module__}: no answer")


def _code(parsed: Any) -> str:
    return str(parsed.code) if isinstance(parsed, module(".models").Problem) else ""
