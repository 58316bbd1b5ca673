"""The list of what the wallet app needs without a network is complete, and every address on it leads to a file."""

from __future__ import annotations

import json
from pathlib import Path

from infra import shell
from infra.local import places
from infra.local.front import Server


def test_the_list_is_what_the_tree_says() -> None:
    assert json.loads(shell.LIST.read_text()) == shell.wanted(), "python -m infra.shell writes it anew"


def test_every_address_on_it_leads_to_a_file() -> None:
    server = Server(0, "http://127.0.0.1:1", 1)
    try:
        missing = [address for address in shell.wanted() if server.file_at(address) is None]
    finally:
        server.server_close()
    assert missing == []


def test_nothing_of_the_api_and_nothing_of_the_other_pages_is_on_it() -> None:
    for address in shell.wanted():
        assert not address.startswith(("/v1/", "/console/", "/tour")), address
        assert Path(address).name != "tour.json"
    assert places.CATALOGUES.is_dir()
