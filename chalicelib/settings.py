"""The only reader of the environment. Missing values are named all at once, at the first look."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache


class MissingSettings(RuntimeError):
    """The environment lacks values; the message lists every one."""


@dataclass(frozen=True, slots=True)
class Settings:
    stage: str
    public_url: str
    ledger_table: str
    journal_table: str
    identity_table: str
    merchants_table: str
    topups_table: str
    notices_table: str
    cases_table: str
    audit_table: str
    reconciliations_table: str
    policies_table: str
    settlement_queue_url: str
    fold_queue_url: str
    notices_queue_url: str
    events_queue_url: str
    points_queue_url: str
    happened_queue_url: str
    risk_queue_url: str
    deliveries_queue_url: str
    parked_queue_url: str
    alarms_queue_url: str
    """Stream records that nobody can read wait here for a person."""
    token_public_keys: str
    """JWKS (RFC 7517) of the keys that sign access tokens; public."""
    access_secret_id: str
    """Secrets Manager: {"signing_key": <private JWK>, "pepper": <hex>}; only *access* may read it."""
    fields_key_id: str
    """The KMS key that wraps the data keys of personal fields."""
    archive_key_id: str
    """The KMS key (P-256) that signs archives of what is kept of a person."""
    exports_bucket: str
    """Where those archives wait to be fetched, for seven days."""
    documents_bucket: str
    """Where images of identity documents are kept until a while after the decision, and lists to screen by."""
    lake_bucket: str
    """Where what happened is kept for analysis, as Parquet by day and hour."""
    statements_bucket: str
    """Where processors' and banks' statements are kept, each under its SHA-256."""
    backups_bucket: str
    """Where backups are kept, each file locked until its time is over."""
    backups_key_id: str
    """The KMS key (of several regions) that backups, and the tables that they are tried in, are encrypted with."""
    processors_secret_id: str
    """Secrets Manager: a section for each processor, as its adapter describes it; one without it does not exist."""
    rehearsal_secret_id: str
    """Secrets Manager: {"customers": […], "merchant": {…}} who play the weekly load; empty where nobody does."""
    probe_secret_id: str
    """Secrets Manager: {"customer", "merchant"} who check that money moves; without a value nobody does."""
    cursor_key: str
    pseudonym_key: str
    """Never another: under another one everybody would be somebody else to reports and to risk."""
    sandbox_url: str
    email_sender: str
    aws_endpoint_url: str = ""
    dynamodb_endpoint: str = ""
    outbox: str = "aws"
    """`aws` sends by SES and SNS; `local` keeps messages where the local outbox can show them."""
    screening_list: str = ""
    """Key of a CSV in the bucket of documents, `lists/…`; without one the sandbox's list, in production none."""
    harbour_url: str = ""
    """A second sandbox bank; without an address there is none."""
    stripe_url: str = "https://api.stripe.com"
    wechatpay_url: str = "https://api.mch.weixin.qq.com"
    alipay_url: str = "https://openapi.alipay.com/gateway.do"
    push_applications: str = ""
    """ARNs of SNS platform applications: `ios=arn:… android=arn:…`; a platform without one gets no pushes."""
    webhook_addresses: str = "public"
    """`public`: merchants' servers have public names and TLS; `loopback`: this very machine may be told too."""
    powertools_metrics_namespace: str = "Coffer"
    """`Coffer/<stack>`: two stacks in one account have metrics of their own."""
    route_metrics: str = "on"
    """`off`: metrics of functions alone, none of each route."""
    backups_from: str = "export"
    """`export`: DynamoDB exports its tables as of one instant; `scan`: where it cannot, we read them ourselves."""
    backups_lock: str = "COMPLIANCE"
    """`COMPLIANCE`: nobody removes a backup before its time; `GOVERNANCE`: whoever may bypass that can."""
    backup_every_minutes: str = "60"
    probe_stage: str = "off"
    """`on`: this stage is there to be tried, and a small load is played on it every week."""
    rehearsal_seconds: str = "60"
    rate_limits: str = "1"
    """How many times the limits of docs/reference/limits.md may be asked of one process; `0`: without end."""
    probe_processor: str = ""
    """Whom a check tops up with; without one its wallet pays from what is there."""
    viewer_headers: str = ""
    """`cloudfront`: nobody but CloudFront reaches the API, so its CloudFront-Viewer-* headers are believed."""


def door(environment: Mapping[str, str] = os.environ) -> str | None:
    """The HTTP function that this process is, None if it is another one; "" outside Lambda, where one process is all.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    if environment.get("_HANDLER", "app.app") != "app.app":
        return None
    return environment.get("AWS_LAMBDA_FUNCTION_NAME", "").rpartition("-")[2]


def stack(environment: Mapping[str, str] = os.environ) -> str:
    """The name of the stack that this process belongs to, and of its REST API; outside Lambda `coffer`."""
    return environment.get("AWS_LAMBDA_FUNCTION_NAME", "").rpartition("-")[0] or "coffer"


def namespace(environment: Mapping[str, str] = os.environ) -> str:
    """Of our metrics, `Coffer/<stack>`: two stacks in one account are told apart."""
    return environment.get("POWERTOOLS_METRICS_NAMESPACE", "Coffer")


def function(environment: Mapping[str, str] = os.environ) -> str:
    """This function in the template's words (`money`, `fan-out`); outside Lambda `coffer`."""
    named, owner = environment.get("AWS_LAMBDA_FUNCTION_NAME", "coffer"), namespace(environment).rpartition("/")[2]
    return named.removeprefix(f"{owner}-")


def in_lambda(environment: Mapping[str, str] = os.environ) -> bool:
    return "AWS_LAMBDA_FUNCTION_NAME" in environment


def measures_routes(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether each route has metrics of its own; its log line has them either way."""
    return environment.get("ROUTE_METRICS", "on") == "on"


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Each field is read from its name in capitals."""
    required = [field.name for field in fields(Settings) if field.default is MISSING]
    missing = [name.upper() for name in required if not environment.get(name.upper())]
    if missing:
        raise MissingSettings("set these environment variables: " + ", ".join(missing))
    names = [field.name for field in fields(Settings)]
    given = {name: environment[name.upper()] for name in names if name.upper() in environment}
    return Settings(**given)


@cache
def settings() -> Settings:
    return from_environment(os.environ)
