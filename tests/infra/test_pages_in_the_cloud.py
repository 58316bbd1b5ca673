"""The pages in the cloud: CloudFront before S3 and the API, read from the packaged template; and what is published."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from chalicelib.identity import model_arrivals
from infra import pages, publish
from infra.package import ROOT
from tests.infra.conftest import Packaged, get_att

NO_CACHING = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
TO_THE_API = {"/v1/*", "/health", "/openapi.json", "/docs"}
ONLY_WITH_PAGES = {
    "AWS::CloudFront::Distribution", "AWS::CloudFront::Function", "AWS::CloudFront::OriginAccessControl",
    "AWS::CloudFront::OriginRequestPolicy", "AWS::CloudFront::ResponseHeadersPolicy", "AWS::ApiGateway::DomainName",
    "AWS::ApiGateway::BasePathMapping",
}  # fmt: skip


def one(packaged: Packaged, kind: str) -> dict[str, Any]:
    (found,) = packaged.of_type(kind).values()
    return found


def distribution(packaged: Packaged) -> dict[str, Any]:
    found: dict[str, Any] = one(packaged, "AWS::CloudFront::Distribution")["DistributionConfig"]
    return found


def security_headers(policy: dict[str, Any]) -> dict[str, str]:
    """Of a response headers policy, as a browser gets them; HSTS left out, which means nothing without TLS."""
    config = policy["ResponseHeadersPolicyConfig"]
    security = config["SecurityHeadersConfig"]
    found = {item["Header"]: item["Value"] for item in config["CustomHeadersConfig"]["Items"]}
    found["Content-Security-Policy"] = security["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"]
    found["Referrer-Policy"] = security["ReferrerPolicy"]["ReferrerPolicy"]
    return found | ({"X-Content-Type-Options": "nosniff"} if security["ContentTypeOptions"]["Override"] else {})


def test_a_page_gets_the_same_headers_there_as_from_the_local_front_door(packaged: Packaged) -> None:
    policy = packaged.of_type("AWS::CloudFront::ResponseHeadersPolicy")["PagesHeaders"]
    assert security_headers(policy) == pages.security(
        "https://${Statements.RegionalDomainName} https://${Documents.RegionalDomainName} "
        "https://${Lake.RegionalDomainName}"
    )
    security = policy["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    assert security["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 365 * 24 * 3600
    assert all(header["Override"] for header in security.values())
    assert distribution(packaged)["DefaultCacheBehavior"]["ResponseHeadersPolicyId"] == {"Ref": "PagesHeaders"}


def test_what_is_the_apis_goes_there_and_is_never_cached(packaged: Packaged) -> None:
    behaviours = distribution(packaged)["CacheBehaviors"]
    assert {behaviour["PathPattern"] for behaviour in behaviours} == TO_THE_API
    for behaviour in behaviours:
        assert behaviour["TargetOriginId"] == "api"
        assert behaviour["CachePolicyId"] == NO_CACHING
        assert behaviour["OriginRequestPolicyId"] == {"Ref": "ApiRequests"}
        assert behaviour["ViewerProtocolPolicy"] == "https-only"
        assert {"POST", "PATCH", "DELETE", "OPTIONS"} <= set(behaviour["AllowedMethods"])


def test_the_front_door_sends_the_same_paths_to_the_api() -> None:
    from infra.local import front

    assert {path.replace("/v1/", "/v1/*") for path in front.API} == TO_THE_API


def test_cloudfront_says_who_asks_and_from_where_under_names_that_the_api_reads(packaged: Packaged) -> None:
    config = one(packaged, "AWS::CloudFront::OriginRequestPolicy")["OriginRequestPolicyConfig"]
    headers = config["HeadersConfig"]
    assert headers["HeaderBehavior"] == "allViewerAndWhitelistCloudFront"
    source = Path(model_arrivals.__file__).read_text(encoding="utf-8")
    read = set(re.findall(r'"(cloudfront-viewer-[a-z]+)"', source)) | {"cloudfront-viewer-address"}
    assert len(read) > 3 and read <= {name.lower() for name in headers["Headers"]}
    variables = packaged.template["Globals"]["Function"]["Environment"]["Variables"]
    assert variables["VIEWER_HEADERS"] == {"Fn::If": ["HasPages", "cloudfront", {"Ref": "AWS::NoValue"}]}


def test_nobody_reaches_the_api_past_cloudfront(packaged: Packaged) -> None:
    api = packaged.of_type("AWS::Serverless::Api")["RestAPI"]
    assert api["DisableExecuteApiEndpoint"] == {"Fn::If": ["HasPages", True, False]}
    condition, policy, otherwise = api["DefinitionBody"]["x-amazon-apigateway-policy"]["Fn::If"]
    (statement,) = policy["Statement"]
    assert (condition, otherwise, statement["Effect"]) == ("HasPages", {"Ref": "AWS::NoValue"}, "Allow")
    (origin,) = [one for one in distribution(packaged)["Origins"] if one["Id"] == "api"]
    (header,) = origin["OriginCustomHeaders"]
    assert header["HeaderName"] == "Referer"
    assert statement["Condition"]["StringEquals"]["aws:Referer"] == header["HeaderValue"]
    assert "resolve:secretsmanager:${DoorSecret}" in json.dumps(header["HeaderValue"])


def test_only_this_distribution_reads_the_bucket_and_nobody_over_plain_http(packaged: Packaged) -> None:
    statements = packaged.of_type("AWS::S3::BucketPolicy")["PagesForCloudFront"]["PolicyDocument"]["Statement"]
    denied, allowed = statements
    assert (denied["Effect"], denied["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert allowed["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert set(allowed["Action"]) == {"s3:GetObject", "s3:ListBucket"}
    assert "distribution/${Distribution}" in json.dumps(allowed["Condition"]["StringEquals"]["aws:SourceArn"])
    (origin,) = [one for one in distribution(packaged)["Origins"] if one["Id"] == "pages"]
    assert origin["OriginAccessControlId"] == get_att("PagesAccess", "Id")


def test_without_a_domain_there_is_none_of_it(packaged: Packaged) -> None:
    resources = packaged.template["Resources"].items()
    named = {name for name, one in resources if one["Type"] in ONLY_WITH_PAGES}
    assert named
    for name, resource in resources:
        mine = name in named or name in ("Pages", "PagesForCloudFront", "DoorSecret")
        assert (resource.get("Condition") == "HasPages") == mine, name
    assert packaged.template["Parameters"]["PagesDomain"]["Default"] == ""


def test_a_firewall_is_there_if_one_is_named(packaged: Packaged) -> None:
    assert distribution(packaged)["WebACLId"] == {
        "Fn::If": ["HasFirewall", {"Ref": "FirewallArn"}, {"Ref": "AWS::NoValue"}]
    }


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/", "302 /app/"),
        ("/app", "302 /app/"),
        ("/console", "302 /console/"),
        ("/status", "302 /status/"),
        ("/pay/chk_01k00000000000000000000000", "302 /app/#/pay/chk_01k00000000000000000000000"),
        ("/store/sto_01k00000000000000000000000", "302 /app/#/pay?store=sto_01k00000000000000000000000"),
        ("/store/../secret", "/store/../secret"),
        ("/pay/../secret", "/pay/../secret"),
        ("/pay/", "/pay/index.html"),
        ("/app/", "/app/index.html"),
        ("/shared/base.css", "/shared/base.css"),
    ],
)
def test_the_edge_leads_to_what_stands_there(packaged: Packaged, path: str, answer: str) -> None:
    node = shutil.which("node")
    assert node, "npm, which fetches the pages' packages, comes with node"
    code = one(packaged, "AWS::CloudFront::Function")["FunctionCode"]
    asked = "const one = handler({ request: { uri: process.argv[1] } });"
    told = f"{asked} console.log(one.uri ?? `${{one.statusCode}} ${{one.headers.location.value}}`)"
    done = subprocess.run([node, "-e", f"{code}\n{told}", path], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == answer


def test_what_is_published_is_what_pages_ask_for(tmp_path: Path) -> None:
    found = publish.build(tmp_path)
    written = {f"/{file.relative_to(tmp_path).as_posix()}" for file in tmp_path.rglob("*") if file.is_file()}
    assert written == set(found)
    assert {"/app/index.html", "/shared/base.css", "/text/api/errors.json", pages.DOCS_PACKAGE} <= written
    assert not any(publish.LOCAL.fullmatch(path) or path.endswith((".map", "package.json")) for path in written)


def test_every_file_is_sent_with_its_type_and_asked_for_anew() -> None:
    found = [path for path in pages.paths() if not publish.LOCAL.fullmatch(path)]
    *typed, last = publish.commands(found)
    for path in found:
        suffix, kind = path[path.rindex(".") :], pages.content_type(pages.file_at(path) or ROOT)
        (command,) = [one for one in typed if f"'*{suffix}'" in one]
        assert f"--content-type '{kind}' --cache-control 'no-cache'" in command
    assert last.endswith("--delete --size-only")
