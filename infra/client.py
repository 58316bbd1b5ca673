"""`make client`: a client library for Python in build/client/, generated from the API's own description.

The description is made of the code, so no server is needed. Each refusal is the one `Problem` in it: which codes a
status may carry stands in the served document, and a class for each list of them would help nobody.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import msgspec

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "build" / "client"
NAME = "coffer_client"
URL = "http://localhost:8000"
_CONFIG: Mapping[str, Any] = {"post_hooks": [], "package_name_override": NAME, "literal_enums": True}
_PROBLEM = {"$ref": "#/components/schemas/Problem"}


def description() -> dict[str, Any]:
    """Of every route, in English, as it is told to the generator."""
    _settle()
    import app  # noqa: F401  all routes are declared by it
    from chalicelib.api import openapi
    from chalicelib.api.blueprint import routes

    told: dict[str, Any] = msgspec.json.decode(openapi.document(routes(), URL, "en"))
    for operations in told["paths"].values():
        for operation in operations.values():
            for response in operation["responses"].values():
                _simplify(response)
    return told


def generate(out: Path = OUT) -> Path:
    """The folder to import `coffer_client` from, made anew. Raises CalledProcessError on any warning."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    document, config = out / "openapi.json", out / "config.json"
    document.write_bytes(msgspec.json.encode(description()))
    config.write_bytes(msgspec.json.encode(_CONFIG))
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning", "--meta", "none"]
    command += ["--path", str(document), "--config", str(config), "--output-path", str(out / NAME)]
    subprocess.run(command, check=True, env=os.environ | {"NO_COLOR": "1", "COLUMNS": "200"})
    return out


def _settle() -> None:
    """No value of these is looked at: the description tells of none."""
    from chalicelib.settings import Settings

    for field in fields(Settings):
        if field.default is MISSING:
            os.environ.setdefault(field.name.upper(), "described")


def _simplify(response: dict[str, Any]) -> None:
    for content in response.get("content", {}).values():
        if _PROBLEM in content["schema"].get("allOf", []):
            content["schema"] = _PROBLEM


if __name__ == "__main__":
    generate()
    print(f"client: build/client/{NAME}, to be imported with build/client on the path")
