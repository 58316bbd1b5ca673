"""The HTTP surface: which path reaches which function, read from the packaged template."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from chalicelib.api import shield
from infra import furniture
from infra.package import ROOT
from tests.infra.conftest import Packaged

ANY = "x-amazon-apigateway-any-method"
ASK = "import json, app; from chalicelib.api.blueprint import routes; " \
      "print(json.dumps([[one.method, one.path, one.function] for one in routes()]))"  # fmt: skip
ROUTES: list[list[str]] = json.loads(
    subprocess.run([sys.executable, "-c", ASK], cwd=ROOT, capture_output=True, check=True).stdout
)


def paths(packaged: Packaged) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = packaged.of_type("AWS::Serverless::Api")["RestAPI"]["DefinitionBody"]["paths"]
    return found


def reached(operation: dict[str, Any]) -> str:
    integration = operation["x-amazon-apigateway-integration"]
    assert integration["type"] == "aws_proxy"
    uri: str = integration["uri"]["Fn::Sub"]
    return uri.partition("functions/${")[2].partition(f"Alias{furniture.ALIAS}}}")[0]


@pytest.mark.parametrize(("method", "path", "function"), ROUTES, ids=lambda text: text)
def test_a_route_reaches_the_function_that_its_room_names(
    packaged: Packaged, method: str, path: str, function: str
) -> None:
    assert reached(paths(packaged)[path][method.lower()]) == furniture.HTTP_FUNCTIONS[function]


def test_the_api_has_no_path_that_no_route_declares(packaged: Packaged) -> None:
    assert set(paths(packaged)) - {"/{proxy+}"} == {path for _, path, _ in ROUTES}


def test_other_methods_of_a_known_path_reach_us_too(packaged: Packaged) -> None:
    for path, methods in paths(packaged).items():
        if path != "/{proxy+}":
            own = {reached(operation) for operation in methods.values()}
            assert reached(methods[ANY]) in own


def test_unknown_paths_reach_us_and_cannot_starve_payments(packaged: Packaged) -> None:
    methods = paths(packaged)["/{proxy+}"]
    assert {"get", "post", "put", "patch", "delete", "head", "options"} <= set(methods)
    assert {reached(operation) for operation in methods.values()} == {"AccessHandler"}


def test_the_api_may_call_its_four_functions_and_only_this_api_may(packaged: Packaged) -> None:
    permissions = packaged.of_type("AWS::Lambda::Permission").values()
    called = {furniture.live(name) for name in furniture.HTTP_FUNCTIONS.values()}
    assert {one["FunctionName"]["Ref"] for one in permissions} == called
    for one in permissions:
        assert "RestAPI" in json.dumps(one["SourceArn"])


@pytest.mark.parametrize(
    "kind", ["DEFAULT_4XX", "DEFAULT_5XX", "THROTTLED", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT"]
)
def test_what_the_gateway_answers_itself_has_our_form(packaged: Packaged, kind: str) -> None:
    body = packaged.of_type("AWS::Serverless::Api")["RestAPI"]["DefinitionBody"]
    answer = body["x-amazon-apigateway-gateway-responses"][kind]
    headers = answer["responseParameters"]
    assert headers["gatewayresponse.header.Access-Control-Allow-Origin"] == "'*'"
    assert headers["gatewayresponse.header.Content-Type"] == "'application/problem+json'"
    assert ("gatewayresponse.header.Retry-After" in headers) == (kind != "DEFAULT_4XX")
    shown = answer["responseTemplates"]["application/json"].replace("$context.error.messageString", '"text"')
    assert {"type", "code", "title", "request_id"} <= set(json.loads(shown))


def test_a_function_without_room_is_said_to_be_away_and_not_broken(packaged: Packaged) -> None:
    """Lambda's 429 comes to API Gateway as INTEGRATION_FAILURE, which would be a 504 without a word of when."""
    body = packaged.of_type("AWS::Serverless::Api")["RestAPI"]["DefinitionBody"]
    answer = body["x-amazon-apigateway-gateway-responses"]["INTEGRATION_FAILURE"]
    assert answer["statusCode"] == 503
    assert answer["responseParameters"]["gatewayresponse.header.Retry-After"] == "'2'"


def test_the_stage_is_throttled_and_classes_of_routes_below_it(packaged: Packaged) -> None:
    whole, *settings = packaged.of_type("AWS::Serverless::Api")["RestAPI"]["MethodSettings"]
    assert (whole["ResourcePath"], whole["HttpMethod"]) == ("/*", "*")
    for stage in ("local", "prod"):
        rate, burst = (packaged.value(whole[f"Throttling{what}Limit"], stage) for what in ("Rate", "Burst"))
        assert 0 < rate < burst
        for one in settings:
            own = [packaged.template["Mappings"]["Throttling"][of_class(one)][what] for what in ("Rate", "Burst")]
            assert 0 < own[0] < rate and 0 < own[1] < burst
            assert one["MetricsEnabled"], "what has settings of its own inherits nothing"


def of_class(setting: dict[str, Any]) -> str:
    mapping, name, what = setting["ThrottlingRateLimit"]["Fn::FindInMap"]
    assert (mapping, what) == ("Throttling", "Rate")
    assert setting["ThrottlingBurstLimit"] == {"Fn::FindInMap": ["Throttling", name, "Burst"]}
    return str(name)


def test_each_throttled_class_is_every_route_of_it_and_no_payment(packaged: Packaged) -> None:
    found: dict[str, set[tuple[str, str]]] = {}
    for one in packaged.of_type("AWS::Serverless::Api")["RestAPI"]["MethodSettings"][1:]:
        path = one["ResourcePath"].removeprefix("/").replace("~1", "/")
        assert path in paths(packaged), one["ResourcePath"]
        found.setdefault(of_class(one), set()).add((one["HttpMethod"], path))
    assert {path for _, path in found["entering"]} == shield.ENTERING
    assert {path for _, path in found["unknown"]} == {"/{proxy+}"} and len(found["unknown"]) == 7
    assert found["webhooks"] == {(method, path) for method, path, function in ROUTES if function == "webhooks"}
    assert ("GET", "/health") in found["public"]
    assert not [path for settings in found.values() for _, path in settings if "payments" in path]


def test_bodies_reach_the_functions_byte_for_byte(packaged: Packaged) -> None:
    """Said in both places: SAM keeps the property for CloudFormation, where slashes are written ~1."""
    api = packaged.of_type("AWS::Serverless::Api")["RestAPI"]
    assert api["BinaryMediaTypes"] == ["*~1*"]
    assert api["DefinitionBody"]["x-amazon-apigateway-binary-media-types"] == ["*/*"]
