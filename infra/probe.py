"""The check of the whole: run it once, or open the accounts that it lives by.

    python -m infra.probe                    on the local cloud: each step, its milliseconds; exit 1 unless good
    python -m infra.probe --set-up           open its accounts there
    python -m infra.probe --stack coffer     on AWS, with the credentials at hand
    python -m infra.probe --stack coffer --set-up --url https://pay.example.com --identifier probe@example.com

Setting up asks for the code that the new customer is sent, and for an operator who may take on merchants. The accounts
are made over the API, as people make theirs; password and key go into the secret `<stack>/probe`, shown to nobody.
"""

from __future__ import annotations

import argparse
import getpass
import json
import secrets
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import botocore.session
import msgspec
from botocore.config import Config
from botocore.exceptions import ClientError

from chalicelib.kernel import clock
from chalicelib.operations.calling import Caller, Failed, Resting
from chalicelib.operations.probing import Credentials, ProbeCustomer, ProbeMerchant
from infra.local import places, seed, stack
from infra.local.client import Client

NAME = "Coffer probe"
SCOPES = ["payments", "refunds"]
FLOOR = -10_000
"""In minor units: a refund of a cent before the payment is settled finds room."""
QUIET = {"money.inbox": False, "money.push": False}
"""Nobody reads what the probe is told of its cents; what is about its security goes on."""
_PATIENCE = timedelta(minutes=15)
_LONGEST_RUN_SECONDS = 75


def open_accounts(
    anybody: Caller, office: Caller, identifier: str, jurisdiction: str, code: Callable[[], str]
) -> Credentials:
    """A customer like any other and a merchant without a fee or a bank account. `code`: what was sent to `identifier`.

    Raises Failed, Resting.
    """
    password = secrets.token_urlsafe(24)
    wish = {"identifier": identifier, "password": password, "display_name": NAME, "locale": "en"}
    anybody.post("/v1/users", wish | {"jurisdiction": jurisdiction}, 202)
    welcome = anybody.post("/v1/users/verify", {"identifier": identifier, "code": code()})
    customer = anybody.bearing(welcome["access_token"])
    customer.ask("PATCH", "/v1/me/preferences", 200, {"notices": QUIET})
    wallet = customer.get("/v1/wallets")["data"][0]
    customer.ask("DELETE", "/v1/sessions/current", 204)
    own = ProbeCustomer(identifier, password, welcome["device_token"], wallet["id"], wallet["currency"])
    return Credentials(own, _merchant(office, wallet["currency"]))


def _merchant(office: Caller, currency: str) -> ProbeMerchant:
    terms = {"name": NAME, "currencies": [currency], "fee_basis_points": 0, "fee_fixed": 0, "floor": FLOOR}
    made = office.post("/v1/merchants", terms)
    key = office.post(f"/v1/merchants/{made['id']}/keys", {"scopes": SCOPES})
    return ProbeMerchant(made["id"], key["key"])


def is_set_up(manager: Any, stack_name: str) -> bool:
    try:
        return bool(manager.get_secret_value(SecretId=f"{stack_name}/probe").get("SecretString"))
    except ClientError as refused:
        if refused.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return False


def keep(manager: Any, stack_name: str, made: Credentials) -> None:
    manager.put_secret_value(SecretId=f"{stack_name}/probe", SecretString=msgspec.json.encode(made).decode())


def caller(url: str) -> Caller:
    return Caller(url.rstrip("/"), clock.now() + _PATIENCE)


def told(report: Mapping[str, Any]) -> str:
    """A line for each step."""
    lines = [
        f"{one['step']:<10}{one['outcome']:<9}{one['milliseconds']:>7} ms  {one['reason']}".rstrip()
        for one in report["steps"]
    ]
    return "\n".join([*lines, _VERDICTS[report["outcome"]]])


_VERDICTS = {
    "good": "good: money moves",
    "bad": "bad: infra/runbooks/probe-fails.md",
    "busy": "another check is under way; try again in a minute",
    "off": "no accounts to check with: python -m infra.probe --set-up",
}


def _run(functions: Any, stack_name: str) -> int:
    answer = functions.invoke(FunctionName=f"{stack_name}-probe", Payload=b"{}")
    report = json.loads(answer["Payload"].read())
    if "outcome" not in report:
        sys.exit(f"the function failed: {report.get('errorType')} {report.get('errorMessage')}")
    print(told(report))
    return 0 if report["outcome"] == "good" else 1


def _set_up_here() -> None:
    about = json.loads(places.LOCAL_JSON.read_text())
    seed.open_probe(about, (seed.operator(Client(about["api"])) or {})["access_token"], anew=True)


def _set_up(chosen: argparse.Namespace, manager: Any) -> None:
    if is_set_up(manager, chosen.stack) and not chosen.anew:
        sys.exit(f"{chosen.stack}/probe is filled already; --anew opens other accounts and forgets these")
    anybody = caller(chosen.url)
    office = anybody.bearing(_operator(anybody))
    made = open_accounts(anybody, office, chosen.identifier, chosen.jurisdiction, lambda: input("code that was sent: "))
    keep(manager, chosen.stack, made)
    print(f"{chosen.stack}/probe is filled. Wallet {made.customer.wallet_id}, merchant {made.merchant.id}.")


def _operator(anybody: Caller) -> str:
    """Somebody who may take on merchants; they sign in with an authenticator, as operators do."""
    claim = {"identifier": input("operator: "), "password": getpass.getpass("password: ")}
    challenge = anybody.post("/v1/sessions", claim, 202)["challenge"]
    answer = {"challenge": challenge, "method": "totp", "code": input("authenticator's code: ")}
    token: str = anybody.post("/v1/sessions/second-factor", answer)["access_token"]
    return token


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set-up", action="store_true")
    parser.add_argument("--stack", help="on AWS; without it, the local cloud")
    parser.add_argument("--url", help="where people reach that stack")
    parser.add_argument("--identifier", help="an e-mail address or phone that you read")
    parser.add_argument("--jurisdiction", default="DE", help="decides the currency; DE unless said otherwise")
    parser.add_argument("--anew", action="store_true", help="though the secret is filled")
    chosen = parser.parse_args()
    if chosen.set_up and chosen.stack and not (chosen.url and chosen.identifier):
        parser.error("--set-up on AWS wants --url and --identifier")
    if not chosen.stack and not places.LOCAL_JSON.exists():
        sys.exit("no local cloud runs here: make run")
    try:
        return _done(chosen)
    except (Failed, Resting) as problem:
        sys.exit(f"not done: {problem or 'maintenance'}")


def _done(chosen: argparse.Namespace) -> int:
    if not chosen.stack:
        if chosen.set_up:
            _set_up_here()
            print("its accounts are open")
            return 0
        return _run(stack.client("lambda", json.loads(places.LOCAL_JSON.read_text())["aws"]["endpoint"]), places.STACK)
    session = botocore.session.get_session()
    if chosen.set_up:
        _set_up(chosen, session.create_client("secretsmanager"))
        return 0
    patient = Config(read_timeout=_LONGEST_RUN_SECONDS, retries={"total_max_attempts": 1})
    return _run(session.create_client("lambda", config=patient), chosen.stack)


if __name__ == "__main__":
    sys.exit(main())
