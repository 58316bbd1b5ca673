"""What stands in for a botocore client: the same methods and parameters, every call handed to one function."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Call = Callable[[str, Mapping[str, Any]], dict[str, Any]]
_WORD = re.compile(r"_([a-z])")


class Client:
    """pynamodb calls `_make_api_call` itself; everybody else the methods."""

    def __init__(self, service: str, call: Call) -> None:
        self._service, self._call = service, call

    def _make_api_call(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        return self._call(operation, parameters)

    def __getattr__(self, method: str) -> Callable[..., dict[str, Any]]:
        if method.startswith("_"):
            raise AttributeError(method)
        operation = method[0].upper() + _WORD.sub(lambda found: found[1].upper(), method[1:])

        def call(**parameters: Any) -> dict[str, Any]:
            return self._call(operation, parameters)

        self.__dict__[method] = call
        return call
