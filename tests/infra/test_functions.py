"""What runs: each function's settings, its concurrency, log, stream and queue, read from the packaged template."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

from chalicelib.insight import engine, files
from chalicelib.operations import checking, model_probes, probing
from chalicelib.settings import Settings
from tests.infra.conftest import STAGES, Packaged, get_att

FUNCTIONS = {
    "APIHandler", "AccessHandler", "WebhooksHandler", "OfficeHandler", "AnalysisHandler",
    "FanOut", "JournalChanged", "Settle", "Fold", "Tell", "Record", "Earn", "Gather", "Score", "Deliver", "Alarmed",
    "Sweep", "Reconcile", "PayOut", "Fetch", "Compact",
    "BackUp", "RestoreDrill", "Review", "Rehearsal", "Probe",
}  # fmt: skip
HTTP = {"APIHandler", "AccessHandler", "WebhooksHandler", "OfficeHandler", "AnalysisHandler"}
WITH_DUCKDB = {"AnalysisHandler", "Compact"}
UNRESERVED_AWS_KEEPS = 100
ACCOUNT_CONCURRENCY = 1000
A_CORE = 1769
"""MB. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html"""


def test_there_are_these_functions_and_no_others(packaged: Packaged) -> None:
    assert set(packaged.functions) == FUNCTIONS


def test_all_functions_run_the_same_code(packaged: Packaged) -> None:
    assert {one["CodeUri"] for one in packaged.functions.values()} == {"./deployment.zip"}
    assert len({one["Runtime"] for one in packaged.functions.values()}) == 1
    assert {packaged.functions[name]["Handler"] for name in HTTP} == {"app.app"}


def test_the_layer_is_that_of_the_two_functions_that_read_the_lake(packaged: Packaged) -> None:
    having = {name: one["Layers"] for name, one in packaged.functions.items() if "Layers" in one}
    assert having == {name: [{"Ref": "AnalysisLayer"}] for name in WITH_DUCKDB}
    assert set(packaged.of_type("AWS::Serverless::LayerVersion")) == {"AnalysisLayer"}
    assert "Layers" not in packaged.template["Globals"]["Function"]


@pytest.mark.parametrize("name", sorted(WITH_DUCKDB))
def test_whoever_reads_the_lake_has_two_cores_and_room_for_its_files(packaged: Packaged, name: str) -> None:
    assert packaged.functions[name]["MemorySize"] >= 2 * A_CORE
    assert packaged.functions[name]["EphemeralStorage"]["Size"] * 2**20 > files.MOST_BYTES + _bytes(engine.SPILL)
    assert packaged.functions[name]["MemorySize"] * 2**20 >= _bytes(engine.QUESTION_MEMORY) + 2**30
    assert packaged.functions[name]["Timeout"] >= engine.PATIENCE_SECONDS + 5


def _bytes(size: str) -> int:
    return int(size.removesuffix("GB")) * 10**9


def test_files_become_few_by_one_hand_that_has_as_long_as_lambda_gives(packaged: Packaged) -> None:
    compact = packaged.functions["Compact"]
    assert packaged.events["Compact"]["Properties"]["Schedule"] == "rate(5 minutes)"
    assert compact["Timeout"] == 900
    assert {packaged.value(compact["ReservedConcurrentExecutions"], stage) for stage in STAGES} == {1}


def test_every_function_finds_every_setting_in_its_environment(packaged: Packaged) -> None:
    for name, function in packaged.functions.items():
        missing = {field.name.upper() for field in fields(Settings)} - set(function["Environment"]["Variables"])
        assert not missing, f"{name} lacks {sorted(missing)}: add them under Globals in infra/template.yaml"


def test_nothing_quietens_the_log_for_its_lines_are_the_metrics(packaged: Packaged) -> None:
    for function in packaged.functions.values():
        assert not {name for name in function["Environment"]["Variables"] if "LOG_LEVEL" in name}
        assert "LoggingConfig" not in function


def test_no_setting_of_the_environment_is_unknown_to_the_code(packaged: Packaged) -> None:
    given = set(packaged.template["Globals"]["Function"]["Environment"]["Variables"])
    assert given == {field.name.upper() for field in fields(Settings)}


@pytest.mark.parametrize("stage", STAGES)
def test_every_function_has_reserved_concurrency_and_leaves_room(packaged: Packaged, stage: str) -> None:
    functions = packaged.functions.items()
    reserved = {name: packaged.value(one["ReservedConcurrentExecutions"], stage) for name, one in functions}
    assert min(reserved.values()) >= 1
    assert sum(reserved.values()) <= ACCOUNT_CONCURRENCY - UNRESERVED_AWS_KEEPS


def test_no_two_functions_share_a_role(packaged: Packaged) -> None:
    roles = [one["Role"]["Fn::GetAtt"][0] for one in packaged.functions.values()]
    assert len(set(roles)) == len(FUNCTIONS)
    assert set(roles) == set(packaged.of_type("AWS::IAM::Role")) - {"CopyRole"}


def test_environments_are_encrypted_with_the_customers_key(packaged: Packaged) -> None:
    assert {name for name, one in packaged.functions.items() if one["KmsKeyArn"] != get_att("Key")} == set()


@pytest.mark.parametrize("stage", STAGES)
def test_every_function_has_a_log_of_its_own_that_ends(packaged: Packaged, stage: str) -> None:
    groups = packaged.of_type("AWS::Logs::LogGroup")
    for name, function in packaged.functions.items():
        group = groups[f"{name}LogGroup"]
        assert group["LogGroupName"]["Fn::Sub"] == "/aws/lambda/" + function["FunctionName"]["Fn::Sub"]
        assert 1 <= packaged.value(group["RetentionInDays"], stage) <= 400
        assert group["KmsKeyId"] == get_att("Key")


@pytest.mark.parametrize(("function", "events"), [("FanOut", ["INSERT"]), ("JournalChanged", ["MODIFY", "REMOVE"])])
def test_a_reader_of_the_stream_sees_its_events_and_loses_none(
    packaged: Packaged, function: str, events: list[str]
) -> None:
    source = packaged.events[function]["Properties"]
    assert source["Stream"] == get_att("JournalTable", "StreamArn")
    assert [json.loads(one["Pattern"]) for one in source["FilterCriteria"]["Filters"]] == [{"eventName": events}]
    assert (source["BisectBatchOnFunctionError"], source["MaximumRetryAttempts"]) == (True, 10)
    assert source["DestinationConfig"] == {"OnFailure": {"Destination": get_att("StreamFailures")}}
    assert source["StartingPosition"] == "TRIM_HORIZON"


def test_no_event_is_read_by_nobody_or_twice(packaged: Packaged) -> None:
    readers = [one["Properties"] for one in packaged.events.values() if one["Type"] == "DynamoDB"]
    patterns = [json.loads(one["FilterCriteria"]["Filters"][0]["Pattern"])["eventName"] for one in readers]
    assert sorted(event for events in patterns for event in events) == ["INSERT", "MODIFY", "REMOVE"]


@pytest.mark.parametrize("function", ["Settle", "Fold", "Tell", "Record", "Earn", "Gather", "Score", "Deliver"])
def test_a_reader_of_a_queue_reports_what_failed_one_by_one(packaged: Packaged, function: str) -> None:
    source = packaged.events[function]["Properties"]
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["BatchSize"] <= 10
    for stage in STAGES:
        most = packaged.value(source["ScalingConfig"]["MaximumConcurrency"], stage)
        reserved = packaged.value(packaged.functions[function]["ReservedConcurrentExecutions"], stage)
        assert 2 <= most <= reserved, "the queue would hand out more batches than may run: they end as dead letters"


def test_the_sweep_comes_every_minute_and_ends_before_the_next(packaged: Packaged) -> None:
    assert packaged.events["Sweep"]["Properties"]["Schedule"] == "rate(1 minute)"
    assert packaged.functions["Sweep"]["Timeout"] < 60


def test_a_load_is_played_on_a_probe_stage_alone(packaged: Packaged) -> None:
    assert packaged.events["Rehearsal"]["Properties"]["State"] == {"Fn::If": ["IsProbeStage", "ENABLED", "DISABLED"]}
    assert packaged.template["Conditions"]["IsProbeStage"] == {"Fn::Equals": [{"Ref": "ProbeStage"}, "on"]}
    assert packaged.template["Parameters"]["ProbeStage"]["Default"] == "off"
    assert packaged.functions["Rehearsal"]["Timeout"] >= 2 * 120 + 60
    assert packaged.functions["Rehearsal"]["Environment"]["Variables"]["PROBE_STAGE"] == {"Ref": "ProbeStage"}


def test_the_probe_comes_every_five_minutes_and_ends_before_its_lease(packaged: Packaged) -> None:
    assert packaged.events["Probe"]["Properties"]["Schedule"] == "rate(5 minutes)"
    longest = (probing.WITHIN + checking.WAITS).total_seconds()
    assert longest < packaged.functions["Probe"]["Timeout"] < model_probes.LEASE.total_seconds()


def test_no_cent_is_topped_up_unless_the_stage_names_a_bank(packaged: Packaged) -> None:
    given = packaged.functions["Probe"]["Environment"]["Variables"]["PROBE_PROCESSOR"]
    assert (given, packaged.template["Parameters"]["ProbeProcessor"]["Default"]) == ({"Ref": "ProbeProcessor"}, "")


def test_no_placeholder_is_left(packaged: Packaged) -> None:
    assert "placeholder" not in json.dumps(packaged.template)
