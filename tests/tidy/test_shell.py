"""The lists of what the app and the till need without a network are complete; every address leads to a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra import shell
from infra.local import places
from infra.local.front import Server

LOOK = ("/app/app.css",)
"""The till wears the wallet app's clothes."""


@pytest.mark.parametrize("area", shell.AREAS)
def test_the_list_is_what_the_tree_says(area: str) -> None:
    assert json.loads(shell.list_of(area).read_text()) == shell.wanted(area), "python -m infra.shell writes it anew"


@pytest.mark.parametrize("area", shell.AREAS)
def test_every_address_on_it_leads_to_a_file(area: str) -> None:
    server = Server(0, "http://127.0.0.1:1", 1)
    try:
        missing = [address for address in shell.wanted(area) if server.file_at(address) is None]
    finally:
        server.server_close()
    assert missing == []


@pytest.mark.parametrize("area", shell.AREAS)
def test_nothing_of_the_api_and_nothing_of_the_other_pages_is_on_it(area: str) -> None:
    others = tuple(f"/{one}/" for one in (*shell.AREAS, "console") if one != area)
    for address in shell.wanted(area):
        assert address in LOOK or not address.startswith(("/v1/", "/tour", *others)), address
        assert Path(address).name != "tour.json"
    assert places.CATALOGUES.is_dir()
