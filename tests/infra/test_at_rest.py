"""What is kept: tables, queues, secrets and the bucket, read from the packaged template."""

from __future__ import annotations

from typing import Any

import pytest
from chalice.package import YAMLTemplateSerializer

from chalicelib.operations import model_backups
from infra.package import ROOT
from tests.infra.conftest import Packaged, get_att

KEY = get_att("Key")
TABLES = {
    "LedgerTable", "JournalTable", "IdentityTable", "MerchantsTable", "TopupsTable", "NoticesTable", "CasesTable",
    "AuditTable", "ReconciliationsTable", "PoliciesTable",
}  # fmt: skip
EXPIRING = {"CasesTable", "IdentityTable", "MerchantsTable", "NoticesTable", "ReconciliationsTable", "TopupsTable"}
INDEXES = {"LedgerTable": ["due", "orders"], "IdentityTable": ["due"], "CasesTable": ["due"], "MerchantsTable": ["due"]}
WITHOUT_READER = {"ParkedQueue"}


def readers(packaged: Packaged) -> dict[str, str]:
    """Queue → the function that reads it."""
    sources = packaged.events.items()
    return {one["Properties"]["Queue"]["Fn::GetAtt"][0]: name for name, one in sources if one["Type"] == "SQS"}


def dead_letters(packaged: Packaged) -> set[str]:
    queues = packaged.of_type("AWS::SQS::Queue").values()
    return {one["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0] for one in queues if "RedrivePolicy" in one}


def test_there_are_the_ten_tables(packaged: Packaged) -> None:
    assert set(packaged.of_type("AWS::DynamoDB::Table")) == TABLES


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_is_encrypted_restorable_and_hard_to_lose(packaged: Packaged, name: str) -> None:
    table = packaged.of_type("AWS::DynamoDB::Table")[name]
    assert table["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": KEY}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["DeletionProtectionEnabled"] is True
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    whole = packaged.template["Resources"][name]
    assert (whole["DeletionPolicy"], whole["UpdateReplacePolicy"]) == ("Retain", "Retain")


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_has_the_keys_that_every_room_counts_on(packaged: Packaged, name: str) -> None:
    table = packaged.of_type("AWS::DynamoDB::Table")[name]
    assert [(key["AttributeName"], key["KeyType"]) for key in table["KeySchema"]] == [("pk", "HASH"), ("sk", "RANGE")]
    expiry = {"AttributeName": "expires_at_seconds", "Enabled": True} if name in EXPIRING else None
    assert table.get("TimeToLiveSpecification") == expiry
    indexes = table.get("GlobalSecondaryIndexes", [])
    assert [one["IndexName"] for one in indexes] == INDEXES.get(name, [])
    assert {one["Projection"]["ProjectionType"] for one in indexes} <= {"KEYS_ONLY"}


def test_only_the_journal_has_a_stream_and_it_shows_both_sides(packaged: Packaged) -> None:
    tables = packaged.of_type("AWS::DynamoDB::Table").items()
    streams = {name: table["StreamSpecification"] for name, table in tables if "StreamSpecification" in table}
    assert streams == {"JournalTable": {"StreamViewType": "NEW_AND_OLD_IMAGES"}}


def test_every_queue_is_encrypted_with_the_customers_key(packaged: Packaged) -> None:
    assert {name for name, one in packaged.of_type("AWS::SQS::Queue").items() if one["KmsMasterKeyId"] != KEY} == set()


def test_every_queue_that_is_read_has_its_own_dead_letters(packaged: Packaged) -> None:
    queues, dead = packaged.of_type("AWS::SQS::Queue"), dead_letters(packaged)
    assert set(readers(packaged)) == set(queues) - dead - WITHOUT_READER
    assert len(dead) == len(readers(packaged)), "two queues share their dead letters"
    for name in readers(packaged):
        assert 1 < queues[name]["RedrivePolicy"]["maxReceiveCount"] <= 10
    for name in dead:
        assert queues[name]["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_dead_letters_of_a_fifo_queue_are_fifo(packaged: Packaged) -> None:
    queues = packaged.of_type("AWS::SQS::Queue")
    for name in readers(packaged):
        dead = queues[queues[name]["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]]
        assert dead.get("FifoQueue") == queues[name].get("FifoQueue")


def test_settlement_is_a_high_throughput_fifo(packaged: Packaged) -> None:
    queue = packaged.of_type("AWS::SQS::Queue")["SettlementQueue"]
    about = (queue["FifoQueue"], queue["DeduplicationScope"], queue["FifoThroughputLimit"])
    assert about == (True, "messageGroup", "perMessageGroupId")


def test_a_message_stays_hidden_six_times_as_long_as_its_reader_may_take(packaged: Packaged) -> None:
    queues = packaged.of_type("AWS::SQS::Queue")
    for queue, function in readers(packaged).items():
        assert queues[queue]["VisibilityTimeout"] >= 6 * packaged.functions[function]["Timeout"], queue


@pytest.mark.parametrize("name", ["Key", "FieldsKey", "BackupsKey"])
def test_the_key_turns_over_and_stays(packaged: Packaged, name: str) -> None:
    key = packaged.template["Resources"][name]
    assert key["Properties"]["EnableKeyRotation"] is True
    assert (key["DeletionPolicy"], key["UpdateReplacePolicy"]) == ("Retain", "Retain")
    actions = [action for one in key["Properties"]["KeyPolicy"]["Statement"] for action in one["Action"]]
    assert [action for action in actions if "*" in action] == []


def test_secrets_are_under_the_key_and_not_in_the_template(packaged: Packaged) -> None:
    secrets = packaged.of_type("AWS::SecretsManager::Secret")
    assert set(secrets) == {
        "AccessSecret",
        "ProcessorsSecret",
        "CursorSecret",
        "PseudonymSecret",
        "DoorSecret",
        "RehearsalSecret",
        "ProbeSecret",
    }
    for secret in secrets.values():
        assert secret["KmsKeyId"] == KEY and "SecretString" not in secret


def test_people_keep_their_pseudonyms_whatever_becomes_of_the_stack_and_of_other_keys(packaged: Packaged) -> None:
    kept = packaged.template["Resources"]["PseudonymSecret"]
    assert (kept["DeletionPolicy"], kept["UpdateReplacePolicy"]) == ("Retain", "Retain")
    given = packaged.template["Globals"]["Function"]["Environment"]["Variables"]
    assert "${PseudonymSecret}" in given["PSEUDONYM_KEY"]["Fn::Sub"]
    assert given["PSEUDONYM_KEY"] != given["CURSOR_KEY"]


BUCKETS = {
    "StreamFailures": "StreamFailuresOverTls", "Exports": "ExportsOverTls", "Statements": "StatementsOverTls",
    "Backups": "BackupsOverTls", "Documents": "DocumentsOverTls", "Lake": "LakeOverTls",
}  # fmt: skip


def test_an_archive_is_gone_after_seven_days_and_no_version_of_it_stays(packaged: Packaged) -> None:
    bucket: dict[str, Any] = packaged.of_type("AWS::S3::Bucket")["Exports"]
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert (rule["Status"], rule["ExpirationInDays"], "Prefix" in rule) == ("Enabled", 7, False)
    assert "VersioningConfiguration" not in bucket


def test_the_key_of_archives_signs_and_nothing_else(packaged: Packaged) -> None:
    key = packaged.template["Resources"]["ArchiveKey"]
    assert (key["Properties"]["KeySpec"], key["Properties"]["KeyUsage"]) == ("ECC_NIST_P256", "SIGN_VERIFY")
    assert (key["DeletionPolicy"], key["UpdateReplacePolicy"]) == ("Retain", "Retain")


@pytest.mark.parametrize("name", sorted(BUCKETS))
def test_what_waits_to_be_fetched_lies_in_a_closed_bucket(packaged: Packaged, name: str) -> None:
    assert set(packaged.of_type("AWS::S3::Bucket")) == {*BUCKETS, "AccessLogs", "Pages"}
    bucket: dict[str, Any] = packaged.of_type("AWS::S3::Bucket")[name]
    rule = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]["ServerSideEncryptionByDefault"]
    key = get_att("BackupsKey") if name == "Backups" else KEY
    assert rule == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    statement = packaged.of_type("AWS::S3::BucketPolicy")[BUCKETS[name]]["PolicyDocument"]["Statement"][0]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_who_fetched_what_from_a_bucket_is_on_record_for_ninety_days(packaged: Packaged) -> None:
    buckets = packaged.of_type("AWS::S3::Bucket")
    written = [buckets[name]["LoggingConfiguration"] for name in BUCKETS]
    assert {one["DestinationBucketName"]["Ref"] for one in written} == {"AccessLogs"}
    assert len({one["LogFilePrefix"] for one in written}) == len(BUCKETS)
    (rule,) = buckets["AccessLogs"]["LifecycleConfiguration"]["Rules"]
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", 90)
    assert set(buckets["AccessLogs"]["PublicAccessBlockConfiguration"].values()) == {True}
    tls, writes = packaged.of_type("AWS::S3::BucketPolicy")["AccessLogsOfBuckets"]["PolicyDocument"]["Statement"]
    assert (tls["Effect"], tls["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert (writes["Principal"], writes["Action"]) == ({"Service": "logging.s3.amazonaws.com"}, "s3:PutObject")
    assert writes["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}


def test_backups_are_versioned_lockable_and_let_go_a_day_after_their_lock(packaged: Packaged) -> None:
    bucket: dict[str, Any] = packaged.of_type("AWS::S3::Bucket")["Backups"]
    assert (bucket["ObjectLockEnabled"], bucket["VersioningConfiguration"]) == (True, {"Status": "Enabled"})
    assert packaged.template["Resources"]["Backups"]["DeletionPolicy"] == "Retain"
    rules = {one["Prefix"]: one["ExpirationInDays"] for one in bucket["LifecycleConfiguration"]["Rules"]}
    assert rules == {f"{kept}/": days + 1 for kept, days in model_backups.KEPT_DAYS.items()}
    assert {one["Status"] for one in bucket["LifecycleConfiguration"]["Rules"]} == {"Enabled"}
    denied = packaged.of_type("AWS::S3::BucketPolicy")["BackupsOverTls"]["PolicyDocument"]["Statement"][1]
    assert (denied["Effect"], denied["Principal"]) == ("Deny", "*") and "s3:DeleteObjectVersion" in denied["Action"]


def test_backups_and_the_keys_to_open_them_are_copied_to_a_second_region(packaged: Packaged) -> None:
    keys = packaged.of_type("AWS::KMS::Key")
    assert {name for name, key in keys.items() if key.get("MultiRegion")} == {"FieldsKey", "BackupsKey"}
    condition, copied, nothing = packaged.of_type("AWS::S3::Bucket")["Backups"]["ReplicationConfiguration"]["Fn::If"]
    assert (condition, nothing) == ("HasCopy", {"Ref": "AWS::NoValue"})
    (rule,) = copied["Rules"]
    assert (rule["Status"], rule["Filter"]) == ("Enabled", {"Prefix": ""})
    assert rule["DeleteMarkerReplication"] == {"Status": "Disabled"}
    assert rule["Destination"]["EncryptionConfiguration"] == {"ReplicaKmsKeyID": {"Ref": "CopyKeyArn"}}
    assert rule["SourceSelectionCriteria"] == {"SseKmsEncryptedObjects": {"Status": "Enabled"}}


def test_the_second_region_holds_replicas_of_both_keys_and_a_bucket_like_the_first() -> None:
    there = YAMLTemplateSerializer().load_template((ROOT / "infra/second-region.yaml").read_text())["Resources"]
    kinds = {name: one["Type"].rpartition("::")[2] for name, one in there.items()}
    assert kinds == {
        "FieldsKeyReplica": "ReplicaKey", "BackupsKeyReplica": "ReplicaKey", "Copies": "Bucket",
        "CopiesOverTls": "BucketPolicy",
    }  # fmt: skip
    bucket = there["Copies"]["Properties"]
    rules = {one["Prefix"]: one["ExpirationInDays"] for one in bucket["LifecycleConfiguration"]["Rules"]}
    assert rules == {f"{kept}/": days + 1 for kept, days in model_backups.KEPT_DAYS.items()}
    assert bucket["ObjectLockEnabled"] is True and set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
