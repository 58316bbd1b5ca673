"""Alarms and the dashboard, from what the template has and what `.chalice` says of each function."""

from __future__ import annotations

from collections.abc import Mapping

from infra import alarms, dashboard, furniture, objectives
from infra.alarms import Template


def watch(merged: Template, handlers: Mapping[str, Template]) -> None:
    """Puts them into `merged`; `handlers`: Chalice's own words on each function that it makes."""
    resources, concurrency = merged["Resources"], merged["Mappings"]["Concurrency"]
    names = furniture.named(handlers)
    timeouts = {furniture.logical(name): _timeout(name, resources, handlers) for name in names}
    merged["Mappings"]["NearReserved"] = alarms.near_reserved(concurrency)
    resources |= alarms.of_functions(timeouts, concurrency)
    resources |= alarms.of_queues(resources)
    resources |= alarms.of_tables(resources)
    resources |= objectives.alarms()
    resources |= dashboard.dashboard({name.replace("_", "-"): furniture.logical(name) for name in names}, resources)
    alarms.scoped(merged)


def _timeout(name: str, resources: Template, handlers: Mapping[str, Template]) -> int:
    own = handlers.get("api_handler" if name == "money" else name)
    seconds: int = own["lambda_timeout"] if own else resources[furniture.logical(name)]["Properties"]["Timeout"]
    return seconds
