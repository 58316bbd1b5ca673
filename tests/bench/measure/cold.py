"""Cold starts of the packaged zip: importing a function's handler and its first answer, in a new process each time.

AWS stands on loopback, in the parent: the simulation's store. CPU is compared, not time: no network, no disk.
"""

from __future__ import annotations

import compileall
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from py_compile import PycInvalidationMode
from statistics import median
from typing import Any

from infra import package
from tests.bench.measure import medians, operations, parcel, town
from tests.bench.measure.rows import Row
from tests.bench.measure.transport import Answer, Sent

ROUNDS, ROUNDS_OF_THE_COMPARED = 5, 15
LIMIT = 1.3
EMPTY = "empty app"
EMPTY_APP = """
import boto3
from chalice.app import Chalice

app = Chalice(app_name="empty")
dynamodb = boto3.client("dynamodb")


@app.route("/")
def index():
    return {}
"""
_ITS_LIBRARIES = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")
_STARTER = """
import sys, time
began = time.process_time()
import json
code, handler, event = sys.argv[1:]
sys.path[:0] = json.loads(code)
module, _, name = handler.rpartition(".")
answer = getattr(__import__(module), name)(json.loads(event), None)
took = time.process_time() - began
status = answer.get("statusCode", 200) if isinstance(answer, dict) else 200
print("\\n" + json.dumps({"milliseconds": 1000 * took, "status": status, "modules": sorted(sys.modules)}))
"""


def measure() -> list[Row]:
    with _functions() as (starts, empty):
        took: dict[str, list[float]] = {name: [] for name in (EMPTY, *starts)}
        for number in range(ROUNDS_OF_THE_COMPARED):
            some = starts if number < ROUNDS else {"money": starts["money"]}
            for name, start in {EMPTY: empty, **some}.items():
                took[name].append(start()["milliseconds"])
    return rows(took)


def rows(took: Mapping[str, list[float]]) -> list[Row]:
    empty = median(took[EMPTY])
    times = [
        Row(name, "CPU of a cold start, the first answer included", "ms", median(one), floor=empty)
        for name, one in took.items()
        if name != EMPTY
    ]
    of_empty = medians.ratio(took["money"], took[EMPTY])
    return [*times, Row("money", "cold start against an empty app's", "times", of_empty, limit=LIMIT)]


Start = Callable[[], dict[str, Any]]


@contextmanager
def _functions() -> Iterator[tuple[dict[str, Start], Start]]:
    """Name → what starts the function once; and the same of the empty app."""
    with tempfile.TemporaryDirectory() as folder, first_answers() as begin:
        code, empty = packaged(Path(folder)), _empty_app(Path(folder) / "empty")
        starts = {name: partial(begin, name, code[name]) for name in FIRSTS}
        yield starts, partial(start, "empty", [empty], "app.app", _HELLO)


@contextmanager
def first_answers() -> Iterator[Callable[[str, list[Path]], dict[str, Any]]]:
    """What starts a function by name, from code at some paths, with something to do in a world that is there."""
    store = town.InMemory()
    with town.opened(store, start=datetime.now(UTC)) as place, _served(store) as endpoint:

        def begin(name: str, code: list[Path]) -> dict[str, Any]:
            handler = "app.app" if name in _WEB else f"app.{name}"
            return start(name, code, handler, FIRSTS[name](place).event, endpoint)

        yield begin


FIRSTS = {
    "money": operations.payment,
    "access": operations.sign_in,
    "webhooks": operations.webhook,
    "office": operations.cases_page,
    "analysis": operations.report,
    "fan_out": operations.fan_out,
    "journal_changed": operations.journal_changed,
    "settle": operations.settle,
    "fold": operations.fold,
    "tell": operations.tell,
    "record": operations.record,
    "earn": operations.earn,
    "score": operations.score,
    "gather": operations.gather,
    "deliver": operations.deliver,
    "sweep": operations.sweep,
    "alarmed": operations.alarmed,
    "reconcile": operations.reconcile,
    "pay_out": operations.pay_out,
    "fetch": operations.fetch,
    "back_up": operations.back_up,
    "restore_drill": operations.restore_drill,
    "probe": operations.probe,
    "review": operations.review,
    "rehearsal": operations.rehearsal,
    "compact": operations.compact,
}
_WEB = ("money", "access", "webhooks", "office", "analysis")
_NOTHING = b"<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"
_NO_SUCH_KEY = b"<Error><Code>NoSuchKey</Code></Error>"
_HELLO = {
    "requestContext": {"resourcePath": "/", "httpMethod": "GET"},
    "multiValueQueryStringParameters": None,
    "headers": {},
    "pathParameters": {},
    "body": None,
    "stageVariables": None,
}


def start(
    function: str, code: list[Path], handler: str, event: dict[str, Any], endpoint: str = "http://127.0.0.1:9"
) -> dict[str, Any]:
    """One cold start: CPU milliseconds, the status of the answer, the names of all modules that were imported."""
    paths = json.dumps([str(path) for path in code])
    command = [sys.executable, "-I", "-S", "-c", _STARTER, paths, handler, json.dumps(event)]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("USUAL")},
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_LAMBDA_FUNCTION_NAME": f"coffer-{function.replace('_', '-')}",
        "_HANDLER": handler,
    }
    done = subprocess.run(command, env=environment, cwd=code[0], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{function} does not start:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if found["status"] >= 300:
        raise RuntimeError(f"{function} answers {found['status']}:\n{done.stdout}")
    return found


def packaged(folder: Path) -> dict[str, list[Path]]:
    """Name of each function → its unzipped code, and the layer if it has one."""
    made = package.package()
    template = json.loads((made / "sam.json").read_text())
    found = {}
    for one in template["Resources"].values():
        if one["Type"] == "AWS::Serverless::Function":
            code, layers = _unzipped(made / one["Properties"]["CodeUri"], folder), one["Properties"].get("Layers", ())
            beside = [template["Resources"][layer["Ref"]]["Properties"]["ContentUri"] for layer in layers]
            found[parcel.name_of(one)] = [code, *(_unzipped(made / layer, folder) / "python" for layer in beside)]
    return found


def _unzipped(archive: Path, folder: Path) -> Path:
    target = folder / archive.stem
    if not target.exists():
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(target)
    return target


def _empty_app(folder: Path) -> Path:
    """As Chalice would package it, and compiled as ours is: what is compared is what must be imported."""
    folder.mkdir(parents=True)
    (folder / "app.py").write_text(EMPTY_APP)
    (folder / "chalice").mkdir()
    for name in ("__init__", "app"):
        shutil.copy(Path(_origin("chalice")).parent / f"{name}.py", folder / "chalice")
    for library in _ITS_LIBRARIES:
        source = Path(_origin(library))
        if source.name == "__init__.py":
            shutil.copytree(source.parent, folder / library, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder)
    compileall.compile_dir(folder, quiet=2, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
    return folder


def _origin(library: str) -> str:
    found = find_spec(library)
    assert found and found.origin
    return found.origin


@contextmanager
def _served(answer: Answer) -> Iterator[str]:
    """`answer` at an address on loopback."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, raw = answer(Sent(self.headers["X-Amz-Target"], body))
            self._say(status, "application/x-amz-json-1.0", raw)

        def do_GET(self) -> None:
            """S3, with nothing in it."""
            found = (200, _NOTHING) if "list-type=2" in self.path else (404, _NO_SUCH_KEY)
            self._say(found[0], "application/xml", found[1])

        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._say(200, "application/xml", b"")

        def _say(self, status: int, kind: str, raw: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)
            self.wfile.flush()

        def log_message(self, *about: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
