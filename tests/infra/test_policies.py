"""Who may do what: least privilege, read from the packaged template. The local cloud enforces the same roles."""

from __future__ import annotations

import re
from typing import Any

import pytest

from chalicelib.identity.store_operators import _ReviewedItem
from chalicelib.merchants.store_uses import _KeyUseItem, _RoleUseItem
from chalicelib.processors import store_health
from tests.infra.conftest import Packaged, get_att, listed

APPENDED = [get_att("JournalTable"), get_att("AuditTable")]
APPEND_ONLY = {
    "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem",
    "dynamodb:PartiQLInsert", "dynamodb:PartiQLUpdate", "dynamodb:PartiQLDelete",
}  # fmt: skip
ROLES = [
    "ApiHandlerRole", "AccessHandlerRole", "WebhooksHandlerRole", "OfficeHandlerRole",
    "FanOutRole", "JournalChangedRole", "SettleRole", "FoldRole", "TellRole", "SweepRole",
    "RecordRole", "DeliverRole", "ReconcileRole", "PayOutRole", "FetchRole", "BackUpRole", "RestoreDrillRole",
    "AlarmedRole", "ReviewRole", "RehearsalRole", "ProbeRole", "EarnRole", "ScoreRole",
    "AnalysisHandlerRole", "GatherRole", "CompactRole",
]  # fmt: skip
OF_S3 = "CopyRole"
"""Taken by S3 itself, which copies backups to another region."""
BACKED_UP = "ExportOrReadEveryTable"
OF_A_PERSON = "BringBackWhatIsMissingOfAPerson"
WRITES = r"dynamodb:(Batch)?(Put|Update|Delete|Write)"
KEPT = ["hourly", "daily", "monthly", "yearly"]
SEND_TEXTS = {"AccessHandlerRole", "SweepRole", "TellRole", "AlarmedRole"}
MAY_READ = {
    "AccessSecret": {"AccessHandlerRole"},
    "RehearsalSecret": {"RehearsalRole"},
    "ProbeSecret": {"ProbeRole"},
    "ProcessorsSecret": {"ApiHandlerRole", "WebhooksHandlerRole", "SweepRole", "FetchRole"},
}

STAFF, ROSTER, REGIONS = "SeeWhetherStaffStillStand", "SeeWhoIsAnOperator", "SeeWherePeopleLive"
EQUALS = "ForAllValues:StringEquals"
REVIEWED = "SeeWhetherOperatorsAreThereAndWhen"
MAY_OPEN_REASONS = {"OfficeHandlerRole", "AnalysisHandlerRole", "RecordRole", "DeliverRole", "ScoreRole"}
"""Whoever reads the audit log and its reasons, seals why a wallet is frozen, or what is kept of a merchant's server:
with the data keys, and nothing else of the table of people but whether sessions are at risk."""
MAY_ADD_TO_THE_AUDIT_LOG = {
    "AnalysisHandlerRole": {"dynamodb:PutItem"},
    "AccessHandlerRole": {"dynamodb:PutItem"},
    "SweepRole": {"dynamodb:PutItem"},
    "ScoreRole": {"dynamodb:PutItem"},
    "OfficeHandlerRole": {"dynamodb:PutItem", "dynamodb:Query"},
    "ReviewRole": {"dynamodb:Query"},
}
"""The review counts what is in it, and cannot open a reason."""
MAY_SEAL_PERSONAL_FIELDS = {"AccessHandlerRole", "SweepRole", "TellRole"}
MAY_OPEN_CONTACTS = {"AlarmedRole", "CompactRole"}
"""Whoever pages operators or sends them reports: it opens contacts, seals nothing, and reads people, the roster and the
data keys."""
SEE_METRICS = {"OfficeHandlerRole", "CompactRole"}
WITHOUT_RESOURCES = {"cloudwatch:GetMetricData"}
"""AWS knows no resource for them: they read what it counts.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html"""
NAMED_LATER = re.compile(
    r"/aws/lambda/\*$|/(archives|documents|lists|statements|landing|events|answers|imports/raw|imports/tables|unreadable)/\*$|^\$\{Backups\.Arn\}/(hourly|daily|monthly|yearly)/\*$"
    r"|:table/\$\{AWS::StackName\}-(drill-\*|\*/export/\*)$|:sns:\$\{AWS::Region\}:\$\{AWS::AccountId\}:(endpoint|app)/\*$"
)
"""What has no name before it is made: log groups of functions, devices that take pushes, files, exports and the fresh
tables of a drill."""


def allowed(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in statements if one["Effect"] == "Allow"]


def test_every_role_is_looked_at_here(packaged: Packaged) -> None:
    assert set(packaged.policies) == {*ROLES, OF_S3}


@pytest.mark.parametrize("role", ROLES)
def test_no_action_is_a_wildcard(packaged: Packaged, role: str) -> None:
    actions = [action for one in packaged.policies[role] for action in listed(one["Action"])]
    assert [action for action in actions if "*" in action] == []
    assert not any("NotAction" in one for one in packaged.policies[role])


@pytest.mark.parametrize("role", ROLES)
def test_no_resource_is_a_wildcard(packaged: Packaged, role: str) -> None:
    """A text message goes to a number, which has no ARN: AWS knows only «everything that is no topic»."""
    for one in packaged.policies[role]:
        if "NotResource" in one:
            assert role in SEND_TEXTS and one["Action"] == ["sns:Publish"]
            assert one["NotResource"] == {"Fn::Sub": "arn:${AWS::Partition}:sns:*:*:*"}
            continue
        if one["Resource"] == "*":
            assert role in SEE_METRICS and set(listed(one["Action"])) <= WITHOUT_RESOURCES
            continue
        for resource in listed(one["Resource"]):
            assert isinstance(resource, dict), f"{role} {one['Sid']}: name the resource with an intrinsic"
            text = NAMED_LATER.sub("", resource.get("Fn::Sub", ""))
            assert "*" not in text, f"{role} {one['Sid']}: {text}"


@pytest.mark.parametrize("table", APPENDED, ids=str)
@pytest.mark.parametrize("role", ROLES)
def test_nobody_may_change_or_remove_what_is_only_added_to(packaged: Packaged, role: str, table: object) -> None:
    denied = {
        action
        for one in packaged.policies[role]
        if one["Effect"] == "Deny" and table in listed(one["Resource"]) and "Condition" not in one
        for action in listed(one["Action"])
    }
    assert denied >= APPEND_ONLY


@pytest.mark.parametrize("table", APPENDED, ids=str)
@pytest.mark.parametrize("role", ROLES)
def test_what_is_only_added_to_is_put_to_and_queried(packaged: Packaged, role: str, table: object) -> None:
    reading = {
        "BackUpRole": {
            "dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable", "dynamodb:ExportTableToPointInTime",
            "dynamodb:Scan",
        },
        "RestoreDrillRole": {"dynamodb:DescribeTable"},
    }  # fmt: skip
    assert granted_on(packaged, role, table) <= reading.get(role, {"dynamodb:PutItem", "dynamodb:Query"})


@pytest.mark.parametrize("role", ROLES)
def test_the_audit_log_is_added_to_by_those_who_act_and_read_by_the_office(packaged: Packaged, role: str) -> None:
    granted = granted_on(packaged, role, get_att("AuditTable"))
    if role in ("BackUpRole", "RestoreDrillRole"):
        assert not {action.rpartition(":")[2] for action in granted} & {"PutItem", "Query"}
        return
    assert granted == MAY_ADD_TO_THE_AUDIT_LOG.get(role, set())


def test_rules_are_published_by_the_office_and_read_by_those_who_ask_them(packaged: Packaged) -> None:
    """Nobody changes or deletes what is published."""
    read = {"dynamodb:GetItem", "dynamodb:Query"}
    granted = {role: granted_on(packaged, role, get_att("PoliciesTable")) for role in ROLES}
    asking = {"ApiHandlerRole": read, "AccessHandlerRole": read, "SweepRole": read}
    office = {"OfficeHandlerRole": read | {"dynamodb:PutItem"}}
    backed_up = {"BackUpRole", "RestoreDrillRole"}
    assert {role: found for role, found in granted.items() if found and role not in backed_up} == asking | office


def granted_on(packaged: Packaged, role: str, table: object) -> set[str]:
    return {
        action
        for one in allowed(packaged.policies[role])
        if table in listed(one.get("Resource"))
        for action in listed(one["Action"])
    }


@pytest.mark.parametrize(("secret", "roles"), MAY_READ.items())
def test_a_secret_is_read_by_those_who_need_it(packaged: Packaged, secret: str, roles: set[str]) -> None:
    readers = {
        role
        for role, statements in packaged.policies.items()
        for one in allowed(statements)
        if "secretsmanager:GetSecretValue" in listed(one["Action"])
        and get_att(secret, "Id") in listed(one.get("Resource"))
    }
    assert readers == roles


def test_personal_fields_are_opened_by_the_few_who_need_them_and_for_their_purpose_only(packaged: Packaged) -> None:
    granted = {
        role: one
        for role, statements in packaged.policies.items()
        for one in allowed(statements)
        if get_att("FieldsKey") in listed(one.get("Resource"))
    }
    assert set(granted) == MAY_SEAL_PERSONAL_FIELDS | MAY_OPEN_REASONS | MAY_OPEN_CONTACTS
    for role, one in granted.items():
        sealing = ["kms:GenerateDataKey"] if role in MAY_SEAL_PERSONAL_FIELDS else []
        assert one["Action"] == ["kms:Decrypt", *sealing]
        purpose = {"purpose": "identity-fields", "stage": {"Ref": "Stage"}}
        named = {f"kms:EncryptionContext:{name}": value for name, value in purpose.items()}
        assert one["Condition"] == {"StringEquals": named}


def test_whoever_opens_personal_fields_reaches_the_table_with_their_keys_and_nobody_else_does(
    packaged: Packaged,
) -> None:
    reaching = {
        role: one
        for role, statements in packaged.policies.items()
        for one in allowed(statements)
        if get_att("IdentityTable") in listed(one.get("Resource"))
        and one["Sid"]
        not in (
            STAFF,
            ROSTER,
            REGIONS,
            "PutSessionsAtRisk",
            REVIEWED,
            BACKED_UP,
            OF_A_PERSON,
            "MakeFreshTablesLikeTheLiveOnes",
        )
    }
    assert set(reaching) == MAY_SEAL_PERSONAL_FIELDS | MAY_OPEN_REASONS | MAY_OPEN_CONTACTS
    for role in MAY_OPEN_CONTACTS:
        assert reaching[role]["Action"] == ["dynamodb:GetItem", "dynamodb:Query"]
        keys = {"dynamodb:LeadingKeys": ["usr_*", "OPERATORS", "KEYRING"]}
        assert reaching[role]["Condition"] == {"ForAllValues:StringLike": keys}
    for role in MAY_OPEN_REASONS:
        assert reaching[role]["Action"] == ["dynamodb:Query"]
        assert reaching[role]["Condition"] == {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["KEYRING"]}}


def test_tills_see_whether_people_still_stand_and_offers_see_their_mode_and_nothing_else(
    packaged: Packaged,
) -> None:
    seeing = {
        role: one
        for role, statements in packaged.policies.items()
        for one in allowed(statements)
        if one.get("Sid") == STAFF
    }
    assert set(seeing) == {"ApiHandlerRole", "OfficeHandlerRole"}
    beside = {"ApiHandlerRole": {"ui_mode"}, "OfficeHandlerRole": set[str]()}
    for role, one in seeing.items():
        assert one["Action"] == ["dynamodb:GetItem"]
        seen = one["Condition"]["ForAllValues:StringEquals"]["dynamodb:Attributes"]
        assert set(seen) == {"pk", "sk", "sessions_from", "deleted_at", "wallets"} | beside[role]
        assert one["Condition"]["StringEqualsIfExists"] == {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}


def test_whoever_chooses_a_processor_reaches_how_they_do_and_nothing_that_they_told(packaged: Packaged) -> None:
    table, receive = get_att("TopupsTable"), {"WebhooksHandlerRole", "SweepRole"}
    reaching = [
        (role, one)
        for role, statements in packaged.policies.items()
        for one in allowed(statements)
        if table in listed(one.get("Resource"))
        and role not in receive
        and not role.startswith(("BackUp", "RestoreDrill"))
    ]
    assert {role for role, _ in reaching} == {"ApiHandlerRole", "OfficeHandlerRole", "PayOutRole", "TellRole"}
    for _, one in reaching:
        assert one["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"{store_health.PARTITION}*"]}}


def test_pay_out_moves_money_without_a_secret_and_without_the_means_to_open_a_bank_account(packaged: Packaged) -> None:
    statements = allowed(packaged.policies["PayOutRole"])
    actions = {action for one in statements for action in listed(one["Action"])}
    assert not any(action.startswith(("secretsmanager:", "s3:", "sqs:")) for action in actions)
    assert "dynamodb:DeleteItem" not in actions
    assert granted_on(packaged, "PayOutRole", get_att("MerchantsTable")) == {"dynamodb:ConditionCheckItem"}
    assert granted_on(packaged, "PayOutRole", get_att("JournalTable")) == {"dynamodb:PutItem"}


def test_reconcile_deletes_that_a_day_was_asked_for_and_nothing_else(packaged: Packaged) -> None:
    (deleting,) = (
        one for one in allowed(packaged.policies["ReconcileRole"]) if "dynamodb:DeleteItem" in listed(one["Action"])
    )
    assert (deleting["Action"], deleting["Resource"]) == (["dynamodb:DeleteItem"], get_att("ReconciliationsTable"))
    assert deleting["Condition"] == {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["ASKED"]}}


@pytest.mark.parametrize("role", ROLES)
def test_nobody_may_write_a_secret_or_a_policy(packaged: Packaged, role: str) -> None:
    actions = {action for one in allowed(packaged.policies[role]) for action in listed(one["Action"])}
    services = {action.partition(":")[0] for action in actions}
    assert services <= {"cloudwatch", "dynamodb", "kms", "logs", "s3", "secretsmanager", "ses", "sns", "sqs"}
    assert {action for action in actions if action.startswith("secretsmanager:")} <= {"secretsmanager:GetSecretValue"}
    assert {action for action in actions if action.startswith("cloudwatch:")} <= WITHOUT_RESOURCES
    assert {action for action in actions if action.startswith("kms:")} <= {
        "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey", "kms:GetPublicKey", "kms:Sign",
        *(["kms:CreateGrant"] if role == "RestoreDrillRole" else []),
    }  # fmt: skip


def test_archives_are_signed_and_kept_by_the_sweep_and_only_fetched_by_access(packaged: Packaged) -> None:
    key, place = get_att("ArchiveKey"), {"Fn::Sub": "${Exports.Arn}/archives/*"}
    granted = {
        (role, action)
        for role, statements in packaged.policies.items()
        for one in allowed(statements)
        if key in listed(one.get("Resource")) or place in listed(one.get("Resource"))
        for action in listed(one["Action"])
    }
    assert granted == {
        ("SweepRole", "kms:GetPublicKey"), ("SweepRole", "kms:Sign"), ("SweepRole", "s3:PutObject"),
        ("AccessHandlerRole", "kms:GetPublicKey"), ("AccessHandlerRole", "s3:GetObject"),
    }  # fmt: skip


def test_only_lambda_may_take_a_role(packaged: Packaged) -> None:
    for name, role in packaged.of_type("AWS::IAM::Role").items():
        trust = role["AssumeRolePolicyDocument"]["Statement"]
        service = "s3" if name == OF_S3 else "lambda"
        assert [one["Principal"] for one in trust] == [{"Service": f"{service}.amazonaws.com"}]


def test_a_backup_is_put_by_one_function_read_by_another_and_removed_by_nobody(packaged: Packaged) -> None:
    places = [{"Fn::Sub": f"${{Backups.Arn}}/{kept}/*"} for kept in KEPT]
    granted = {
        (role, action)
        for role, statements in packaged.policies.items()
        for one in allowed(statements)
        if any(place in listed(one.get("Resource")) for place in places)
        for action in listed(one["Action"])
    }
    assert {role for role, _ in granted} == {"BackUpRole", "RestoreDrillRole"}
    assert {action for role, action in granted if role == "RestoreDrillRole"} == {"s3:GetObject"}
    assert not any("Delete" in action or "Bypass" in action for _, action in granted)
    (denied,) = (one for one in packaged.policies["BackUpRole"] if one["Sid"] == "NobodyRemovesABackup")
    assert set(denied["Action"]) == {"s3:BypassGovernanceRetention", "s3:DeleteObject", "s3:DeleteObjectVersion"}
    assert denied["Resource"] == places


def test_a_drill_writes_to_tables_of_its_own_alone_but_for_a_persons_missing_items(packaged: Packaged) -> None:
    own = {"Fn::Sub": "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${AWS::StackName}-drill-*"}
    for one in allowed(packaged.policies["RestoreDrillRole"]):
        writes = {action for action in listed(one["Action"]) if re.match(WRITES, action)}
        if writes and one["Resource"] != own:
            assert one["Sid"] in (OF_A_PERSON, "WriteDownHowFarItIs") and writes == {"dynamodb:PutItem"}
    leading = {
        role: one["Condition"]["ForAllValues:StringEquals"]["dynamodb:LeadingKeys"]
        for role in ("BackUpRole", "RestoreDrillRole")
        for one in allowed(packaged.policies[role])
        if one["Sid"] == "WriteDownHowFarItIs"
    }
    assert leading == {"BackUpRole": ["BACKUPS"], "RestoreDrillRole": ["BACKUPS", "DRILLS", "RETURNS"]}


def test_a_review_reads_of_people_keys_and_roles_when_they_were_used_and_nothing_that_is_sealed_or_opens(
    packaged: Packaged,
) -> None:
    tables = {"IdentityTable", "MerchantsTable"}
    seeing = {
        one["Sid"]: one["Condition"]
        for one in allowed(packaged.policies["ReviewRole"])
        if any(get_att(table) in listed(one.get("Resource")) for table in tables)
    }
    limited = {sid: one for sid, one in seeing.items() if "dynamodb:Attributes" in one.get(EQUALS, {})}
    read = {name for one in limited.values() for name in one[EQUALS]["dynamodb:Attributes"]}
    assert read == {
        *set(_ReviewedItem.get_attributes()),
        *set(_KeyUseItem.get_attributes()),
        *set(_RoleUseItem.get_attributes()),
    }
    assert {one["StringEqualsIfExists"]["dynamodb:Select"] for one in limited.values()} == {"SPECIFIC_ATTRIBUTES"}
    assert set(seeing) - set(limited) == {ROSTER, "SeeWhichKeysAndRolesThereAre"}
    assert not read & {"digest", "name", "contact", "identifier", "password_hash", "last_seen_from", "device_name"}


def test_a_review_writes_reports_and_cases_and_nothing_else(packaged: Packaged) -> None:
    writes = {
        one["Sid"]: set(listed(one["Action"]))
        for one in allowed(packaged.policies["ReviewRole"])
        if any(re.match(WRITES, action) for action in listed(one["Action"]))
    }
    assert writes == {"WriteReportsAndOpenCases": {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"}}


def test_the_probe_reaches_the_product_over_http_and_writes_down_what_it_found(packaged: Packaged) -> None:
    granted = {action for one in allowed(packaged.policies["ProbeRole"]) for action in listed(one["Action"])}
    assert {one for one in granted if one.partition(":")[0] in ("dynamodb", "secretsmanager", "sqs", "s3", "ses")} == {
        "dynamodb:GetItem", "dynamodb:PutItem", "secretsmanager:GetSecretValue",
    }  # fmt: skip
    (written,) = [one for one in packaged.policies["ProbeRole"] if one["Sid"] == "WriteDownWhatItFound"]
    assert written["Condition"] == {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["PROBES"]}}


def test_whoever_scores_tells_of_the_cases_that_it_opens(packaged: Packaged) -> None:
    queue = get_att("HappenedQueue")
    told = [
        one for one in allowed(packaged.policies["ScoreRole"]) if queue in (one["Resource"], *listed(one["Resource"]))
    ]
    assert [listed(one["Action"]) for one in told] == [["sqs:SendMessage"]]
