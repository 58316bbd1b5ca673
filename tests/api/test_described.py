"""The description of the API, for machines and for readers."""

from __future__ import annotations

import pytest
from openapi_spec_validator import validate

from chalicelib.api import docs_page
from tests.api.caller import Caller


def test_the_description_is_openapi_3_1_and_complete(probe: Caller) -> None:
    document = probe.get("/openapi.json").json
    validate(document)
    assert document["openapi"] == "3.1.0"
    assert set(document["paths"]) >= {"/health", "/openapi.json", "/docs", "/v1/moves", "/v1/moves/{id}/undo"}
    move = document["paths"]["/v1/moves"]["post"]
    assert move["security"] == [{"customer": []}]
    assert {"$ref": "#/components/parameters/idempotency-key"} in move["parameters"]
    assert set(move["responses"]) == {"201", "400", "401", "403", "409", "413", "415", "422", "429", "500", "503"}
    assert move["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Move"}
    things = document["paths"]["/v1/things"]["get"]
    assert things["security"] == [{"customer": []}, {"operator": []}]
    assert "next_cursor" in things["responses"]["200"]["content"]["application/json"]["schema"]["properties"]


def test_every_model_of_the_whole_has_a_name_of_its_own() -> None:
    """Two of one name would be told by their modules' names, which are nobody else's business."""
    schemas = Caller().get("/openapi.json").json["components"]["schemas"]
    assert [name for name in schemas if "." in name] == []


@pytest.mark.parametrize(("language", "title"), [("en", "Coffer API"), ("zh", "Coffer 接口")])
def test_the_page_reads_without_anything_else(probe: Caller, language: str, title: str) -> None:
    reply = probe.get(f"/docs?lang={language}")
    page = reply.raw.decode()
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert f'<html lang="{language}">' in page
    assert f"<h1>{title}</h1>" in page
    for expected in (
        "/v1/moves/{id}/undo",
        "insufficient-funds",
        "<code>parts?</code>",
        "<code>Idempotency-Key</code>",
    ):
        assert expected in page


def test_the_description_comes_in_the_readers_language(probe: Caller) -> None:
    for path, language in (("/openapi.json?lang=zh", "en"), ("/openapi.json", "zh-CN")):
        document = probe.get(path, accept_language=language).json
        assert document["paths"]["/health"]["get"]["summary"] == "服务是否正常"
        assert document["info"]["description"].startswith("Coffer 是")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_its_examples_ask_for_the_readers_language(probe: Caller, language: str) -> None:
    document = probe.get(f"/openapi.json?lang={language}").json
    assert document["components"]["parameters"]["accept-language"]["example"] == language


def test_the_page_takes_nothing_from_third_parties(probe: Caller) -> None:
    reply = probe.get("/docs")
    page = reply.raw.decode()
    assert "http://" not in page
    assert "https://" not in page
    assert docs_page.SCALAR in page
    assert "script-src 'self'" in reply.headers["content-security-policy"]
