"""What the product finds in its environment under test, and the secrets that go with it; nothing of it is imported."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from joserfc.jwk import ECKey, KeySet

from infra.local import mainland_keys

REGION = "eu-west-1"
SIGNING_KEY = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, private=True, auto_kid=True)
QUEUES = f"https://sqs.{REGION}.amazonaws.com/123456789012"
PEPPER = "5c" * 32
SANDBOX_WEBHOOK_SECRET = "whsec_" + "c2FuZGJveC1zZWNyZXQtb2YtdGhlLXRlc3Rz"
HARBOUR_WEBHOOK_SECRET = "whsec_" + "aGFyYm91ci1zZWNyZXQtb2YtdGhlLXRlc3Rz"
STRIPE_WEBHOOK_SECRET = "whsec_stripe_secret_of_the_tests"
TABLES = ("ledger", "journal", "identity", "merchants", "topups", "notices", "cases", "audit", "reconciliations",
          "policies")  # fmt: skip

ENVIRONMENT = {
    "STAGE": "test",
    "PUBLIC_URL": "https://coffer.test",
    **{f"{name.upper()}_TABLE": f"test-{name}" for name in TABLES},
    "SETTLEMENT_QUEUE_URL": f"{QUEUES}/settlement.fifo",
    "FOLD_QUEUE_URL": f"{QUEUES}/fold",
    "NOTICES_QUEUE_URL": f"{QUEUES}/notices",
    "POINTS_QUEUE_URL": f"{QUEUES}/points",
    "RISK_QUEUE_URL": f"{QUEUES}/risk",
    "HAPPENED_QUEUE_URL": f"{QUEUES}/happened",
    "EVENTS_QUEUE_URL": f"{QUEUES}/events",
    "DELIVERIES_QUEUE_URL": f"{QUEUES}/deliveries.fifo",
    "PARKED_QUEUE_URL": f"{QUEUES}/parked",
    "ALARMS_QUEUE_URL": f"{QUEUES}/alarms",
    "TOKEN_PUBLIC_KEYS": json.dumps(KeySet([SIGNING_KEY]).as_dict(private=False)),
    "ACCESS_SECRET_ID": "test/access",
    "FIELDS_KEY_ID": "alias/test-fields",
    "ARCHIVE_KEY_ID": "alias/test-archive",
    "EXPORTS_BUCKET": "test-exports",
    "DOCUMENTS_BUCKET": "test-documents",
    "LAKE_BUCKET": "test-lake",
    "STATEMENTS_BUCKET": "test-statements",
    "BACKUPS_BUCKET": "test-backups",
    "BACKUPS_KEY_ID": "alias/test-backups",
    "PROCESSORS_SECRET_ID": "test/processors",
    "REHEARSAL_SECRET_ID": "test/rehearsal",
    "PROBE_SECRET_ID": "test/probe",
    "PROBE_PROCESSOR": "sandbox",
    "CURSOR_KEY": "key of the tests: any text",
    "PSEUDONYM_KEY": "another key of the tests: any text",
    "SANDBOX_URL": "https://sandbox.test",
    "EMAIL_SENDER": "hello@coffer.test",
    "OUTBOX": "local",
    "RATE_LIMITS": "1000",
    "VIEWER_HEADERS": "cloudfront",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
    "POWERTOOLS_METRICS_NAMESPACE": "Coffer",
}


@cache
def mainland() -> dict[str, dict[str, Any]]:
    """Accounts at WeChat Pay and Alipay, both sides of them; made where they are needed, for keys take a while."""
    return mainland_keys.make()


def secrets(named: Mapping[str, str] = ENVIRONMENT) -> dict[str, dict[str, Any]]:
    """Name → value, of every secret that the product reads; `named`: the environment that names them."""
    return {
        named["ACCESS_SECRET_ID"]: {"signing_key": SIGNING_KEY.as_dict(private=True), "pepper": PEPPER},
        named["PROCESSORS_SECRET_ID"]: {
            "sandbox": {"webhook_secret": SANDBOX_WEBHOOK_SECRET},
            "harbour": {"webhook_secret": HARBOUR_WEBHOOK_SECRET},
            "stripe": {"api_key": "sk_test_of_the_tests", "webhook_secret": STRIPE_WEBHOOK_SECRET},
            **mainland()["coffer"],
        },
    }
