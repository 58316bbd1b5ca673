"""The local cloud: ministack, the stack made from the package, the sandbox banks, the front door and the watch.

    python -m infra.local.cloud up [--detach]   start it, or go on with what was left
    python -m infra.local.cloud down            stop exactly what was started; the state stays
    python -m infra.local.cloud status | reset | logs

`up` without `--detach` follows the logs and stops everything at Ctrl-C.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from infra import package
from infra.local import alarm_template, follow, memory, places, processes, seed, seed_present, stack, watch

EMPTY = "COFFER_EMPTY"
"""In the environment: nobody is seeded and no alarm rings, for a cloud that is to be filled from a backup."""
PARTS = ("ministack", "bank", "harbour", "front door", "watch")


class Progress:
    """A line a step, with the seconds since the start."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started

    def say(self, what: str) -> None:
        print(f"{self.seconds:6.1f} s  {what}", flush=True)


def up(port: int | None = None) -> dict[str, Any]:
    """Start what is not running, and return what `build/local.json` says."""
    started_here(port)
    return local()


def started_here(port: int | None = None) -> bool:
    """Start what is not running; False if it ran already, or somebody else was starting it."""
    with _alone():
        if status() == "running":
            return False
        processes.stop_all()
        try:
            _start(Progress(), port or int(os.environ.get("PORT", "8000")))
        except BaseException:
            processes.stop_all()
            raise
        return True


def down() -> list[str]:
    """Stop what was started here; the state stays. The names of what was stopped."""
    with _alone():
        return processes.stop_all()


def status() -> str:
    """`running`, `stopped`, or `broken` if only a part is alive."""
    alive = processes.running()
    if not alive:
        return "stopped"
    return "running" if set(alive) == set(PARTS) else "broken"


def reset() -> None:
    """Stop, and forget everybody and everything."""
    down()
    shutil.rmtree(places.HOME, ignore_errors=True)
    places.LOCAL_JSON.unlink(missing_ok=True)


def local() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(places.LOCAL_JSON.read_text())
    return found


def _start(progress: Progress, port: int) -> None:
    port = _front_port(port)
    address = f"http://{places.NAME}:{port}"
    lost = memory.was_lost()
    if lost:
        progress.say(memory.LOST)
        memory.expect_an_older_stack()
    progress.say("package")
    made = package.package()
    progress.say("start ministack, the local AWS")
    endpoint = _start_ministack()
    bank = f"http://{places.HOST}:{places.port_for('bank', 8002)}"
    harbour = f"http://{places.HOST}:{places.port_for('harbour', 8003)}"
    progress.say("create the stack from the package, or update it")
    parameters = _parameters(endpoint, address, bank, harbour)
    outputs = stack.deploy(made, endpoint, parameters)
    places.keep(watch.ALARMS, alarm_template.alarms(stack.packaged(made), parameters))
    stack.fill_secrets(endpoint)
    progress.say("start the sandbox banks and the front door")
    _start_bank("bank", bank, address)
    _start_bank("harbour", harbour, address)
    _start_front_door(port, endpoint, outputs)
    progress.say("wake the functions")
    processes.wait_until_it_answers("front door", f"{address}/health")
    stack.wake(endpoint)
    _write_local_json(address, endpoint, bank, harbour)
    if EMPTY not in os.environ:
        _seed(progress, lost)
        _keep_local({**local(), "pay": seed_present.order(local())})
        _start_watch(endpoint)
    progress.say("ready")


def _front_port(port: int) -> int:
    if not places.is_free(port):
        sys.exit(f"Port {port} is taken by another program. Choose one: PORT=8010 make run")
    return port


def _start_ministack() -> str:
    memory.rewind_streams()
    port = memory.port()
    endpoint, temporary = f"http://{places.HOST}:{port}", places.HOME / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    environment = {
        "BIND_HOST": places.HOST, "GATEWAY_PORT": str(port), "MINISTACK_HOST": places.HOST,
        "MINISTACK_REGION": places.REGION, "MINISTACK_ACCOUNT_ID": places.ACCOUNT,
        "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0",
        "PERSIST_STATE": "1",
        "AUTH": "true", "STATE_DIR": str(memory.state()), "S3_PERSIST": "1",
        "S3_DATA_DIR": str(memory.files()), "TMPDIR": str(temporary),
        "LAMBDA_WARM_TTL_SECONDS": "60", "LAMBDA_ACCOUNT_CONCURRENCY": "40",
    }  # fmt: skip
    processes.start("ministack", [str(places.MINISTACK)], environment)
    processes.wait_until_it_answers("ministack", f"{endpoint}/_ministack/health")
    memory.note_start()
    return endpoint


def _parameters(endpoint: str, address: str, bank: str, harbour: str) -> dict[str, str]:
    return {
        "Stage": "local",
        "PublicUrl": address,
        "EmailSender": "hello@coffer.example",
        "SandboxUrl": bank,
        "HarbourUrl": harbour,
        "StripeUrl": bank,
        "WechatpayUrl": bank,
        "AlipayUrl": f"{bank}/gateway.do",
        "TokenPublicKeys": json.dumps(stack.secrets()["public_keys"]),
        "BackupEveryMinutes": "1440",
        "BackupsLock": "GOVERNANCE",
        "ProbeStage": "on",
        "RehearsalSeconds": "3",
        "ProbeProcessor": "sandbox",
        "AwsEndpointUrl": endpoint,
    }


def _start_bank(name: str, bank: str, address: str) -> None:
    """`bank` is the sandbox; of any other the name is its own."""
    command = [sys.executable, "-m", "infra.local.bank", "--port", bank.rpartition(":")[2], "--public-url", address]
    command += [] if name == "bank" else ["--name", name]
    kept = stack.secrets()
    keys = {f"{whose.upper()}_WEBHOOK_SECRET": secret for whose, secret in kept["webhooks"].items()}
    keys["MAINLAND_KEYS"] = json.dumps(kept["mainland"]["bank"])
    processes.start(name, [*command, "--state", str(places.HOME / f"{name}.sqlite")], keys)
    processes.wait_until_it_answers(name, f"{bank}/health")


def _start_front_door(port: int, endpoint: str, outputs: dict[str, str]) -> None:
    api = f"{endpoint}/restapis/{outputs['RestAPIId']}/{outputs['ApiStage']}/_user_request_"
    command = [sys.executable, "-m", "infra.local.front", "--port", str(port), "--api", api]
    processes.start("front door", command, stack.environment(endpoint))


def _start_watch(endpoint: str) -> None:
    """After the demo people and their past are there, of which nobody is to be called."""
    processes.start("watch", [sys.executable, "-m", "infra.local.watch"], stack.environment(endpoint))


def _write_local_json(address: str, endpoint: str, bank: str, harbour: str) -> None:
    about = {
        "api": address,
        "tour": f"{address}/",
        "app": f"{address}/app/",
        "console": f"{address}/console/",
        "till": f"{address}/till/",
        "docs": f"{address}/docs",
        "openapi": f"{address}/openapi.json",
        "outbox": f"{address}/_local/outbox",
        "books": f"{address}/_local/books",
        "bank": bank,
        "harbour": harbour,
        "aws": {"endpoint": endpoint, "region": places.REGION, "access_key_id": places.ACCOUNT, "stack": places.STACK},
        "webhook_secrets": stack.secrets()["webhooks"],
        "people": places.read("people.json") or {},
    }
    _keep_local(about)


def _keep_local(about: dict[str, Any]) -> None:
    places.BUILD.mkdir(exist_ok=True)
    places.LOCAL_JSON.touch(mode=0o600)
    places.LOCAL_JSON.write_text(json.dumps(about, indent=2, ensure_ascii=False) + "\n")


def _seed(progress: Progress, lost: bool) -> None:
    """Demo people, through the API itself; those who were written down and are there stay as they are."""
    known = places.read("people.json")
    if known and not lost and seed.stands(local()):
        return
    progress.say("seed demo customers, merchants and an operator through the API")
    try:
        people = seed.seed(local())
    except seed.TROUBLE as trouble:
        if not known:
            raise
        progress.say(f"not seeded again: {trouble}. A changed password does this too; `make reset` starts anew.")
        return
    places.keep("people.json", people)
    _keep_local({**local(), "people": people})


@contextmanager
def _alone() -> Iterator[None]:
    """One at a time: whoever comes second says so, and waits."""
    places.HOME.mkdir(parents=True, exist_ok=True)
    with places.HOME.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Somebody else is starting or stopping it just now; waiting for them.", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _welcome(about: dict[str, Any], started: float) -> None:
    print(f"""
Coffer runs, {time.monotonic() - started:.0f} s after installing.

  the tour     {about["tour"]}
  the app      {about["app"]}   as {_shown(about["people"]["customers"])}
  to pay       {about["pay"]}   what a QR code at the till holds
  the till     {about["till"]}   as {_shown(about["people"]["staff"])}
  the console  {about["console"]}   as {_shown(about["people"]["operators"])}; `make code` tells the code
  the API      {about["docs"]}   ({about["openapi"]})
  the outbox   {about["outbox"]}?to=…   what was sent by e-mail and text
  the books    {about["books"]}
  everything   {places.shown(places.LOCAL_JSON)}   (people, secrets, the AWS endpoint)

Try:   make demo        the main job, played over HTTP (DEMO_LANG=zh for Chinese)
       curl {about["api"]}/health
""", flush=True)  # fmt: skip


def _shown(people: list[dict[str, str]]) -> str:
    """The first of them, and how they sign in."""
    pin = f", PIN {people[0]['payment_pin']}" if "payment_pin" in people[0] else ""
    return f"{people[0]['identifier']}, password: {people[0]['password']}{pin}"


def run() -> None:
    """`make run`: up, follow the logs, and stop at a signal what was started here."""
    started, ours = time.monotonic(), False
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell's `&` would have SIGINT ignored
        signal.signal(number, signal.default_int_handler)
    try:
        ours = started_here()
        _welcome(local(), started)
        print("Ctrl-C stops it and keeps the state. The logs follow.\n" if ours else "It ran already.\n", flush=True)
        follow.follow(PARTS)
        _end_with_the_fallen()
    except KeyboardInterrupt:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        if ours:
            print("\nstopping …", flush=True)
            print(f"stopped: {', '.join(down())}. The state is kept; `make run` goes on, `make reset` starts anew.")


def _end_with_the_fallen() -> None:
    """A part ended by itself: name it and stop the rest. No part did if somebody else stopped them all meanwhile."""
    with _alone():
        fallen = processes.fallen()
        stopped = processes.stop_all()
    if not fallen:
        print("It was stopped from elsewhere; `make run` starts it again.", flush=True)
        return
    for name in fallen:
        print(f"\n{name} ended by itself. Its log: {places.shown(processes.log_of(name))}", flush=True)
    rest = f"The rest is stopped: {', '.join(stopped)}. " if stopped else ""
    sys.exit(f"{rest}Read the log, then `make run` starts again; `make reset` starts anew.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["up", "down", "status", "reset", "logs"])
    parser.add_argument("function", nargs="?", default="money", help="for logs: which function")
    parser.add_argument("--detach", action="store_true", help="return when it answers")
    chosen, started = parser.parse_args(), time.monotonic()
    if chosen.what == "up" and not chosen.detach:
        run()
    elif chosen.what == "up" and EMPTY in os.environ:
        print(up()["api"])
    elif chosen.what == "up":
        _welcome(up(), started)
    elif chosen.what == "logs":
        follow.show(chosen.function)
    elif chosen.what == "down":
        print("stopped:", ", ".join(down()) or "nothing was running")
    elif chosen.what == "reset":
        reset()
        print("Everything local is forgotten.")
    else:
        print(status())


if __name__ == "__main__":
    main()
