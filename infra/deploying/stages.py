"""What a stage is: `infra/stages/<stage>.toml`. Nothing secret stands there; secrets are named, never told."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "stages"
TO_FILL_IN = re.compile(r"YOUR-|…|000000000000")
_FORMS = {
    "account": r"[0-9]{12}",
    "region": r"[a-z]{2}(-[a-z]+)+-[0-9]",
    "second_region": r"([a-z]{2}(-[a-z]+)+-[0-9])?",
    "stack": r"[A-Za-z][A-Za-z0-9-]{0,31}",
    "packages": r"[a-z0-9][a-z0-9.-]{2,62}",
}


class WrongStage(ValueError):
    """A sentence on what is wrong with a stage's file."""


@dataclass(frozen=True)
class Stage:
    """`watch_minutes`: how long alarms may take a finished update back; `domain`: name, pages_certificate,
    api_certificate; `firewall`: parameters of infra/firewall.yaml, None for no firewall; `secrets`: name → what it must
    hold, for whoever fills it."""

    name: str
    account: str
    region: str
    packages: str
    stack: str = "coffer"
    second_region: str = ""
    gradual_traffic: bool = True
    watch_minutes: int = 10
    domain: Mapping[str, str] = field(default_factory=dict)
    firewall: Mapping[str, str | int] | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def firewall_parameters(self) -> dict[str, str]:
        """As CloudFormation takes them: text."""
        return {name: str(value) for name, value in (self.firewall or {}).items()}

    @property
    def all_parameters(self) -> dict[str, str]:
        """Those of the template, with what follows from the domain."""
        names = {"name": "PagesDomain", "pages_certificate": "PagesCertificate", "api_certificate": "ApiCertificate"}
        own = {parameter: self.domain[key] for key, parameter in names.items() if key in self.domain}
        address = {"PublicUrl": f"https://{self.domain['name']}"} if "name" in self.domain else {}
        return {**address, **own, **self.parameters}


def read(name: str, folder: Path = FOLDER) -> Stage:
    """Raises WrongStage: there is none, it has a key that nobody reads, or something is not filled in yet."""
    file = folder / f"{name}.toml"
    if not re.fullmatch(r"[a-z][a-z0-9-]*", name) or not file.exists():
        there = ", ".join(sorted(one.stem for one in folder.glob("*.toml")))
        raise WrongStage(f"There is no stage {name}. Stages: {there} (infra/stages/).")
    written = tomllib.loads(file.read_text(encoding="utf-8"))
    if unknown := set(written) - {one.name for one in fields(Stage)} | set(written) & {"name"}:
        raise WrongStage(f"{file.name}: nobody reads {', '.join(sorted(unknown))}.")
    if missing := {"account", "region", "packages"} - set(written):
        raise WrongStage(f"{file.name}: {', '.join(sorted(missing))} is missing.")
    return Stage(name, **written)


def checked(stage: Stage) -> Stage:
    """Raises WrongStage unless it can be deployed as it stands."""
    if empty := list(_to_fill_in("", vars(stage))):
        raise WrongStage(f"infra/stages/{stage.name}.toml: fill in {', '.join(empty)}.")
    for name, form in _FORMS.items():
        if not re.fullmatch(form, getattr(stage, name)):
            raise WrongStage(f"infra/stages/{stage.name}.toml: {name} is not {getattr(stage, name)!r}.")
    if not 0 <= stage.watch_minutes <= 180:
        raise WrongStage(f"infra/stages/{stage.name}.toml: watch_minutes is between 0 and 180.")
    if stage.second_region == stage.region:
        raise WrongStage(f"infra/stages/{stage.name}.toml: the second region is another one than the first.")
    return stage


def _to_fill_in(where: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from _to_fill_in(f"{where}.{name}" if where else name, one)
    elif isinstance(value, str) and TO_FILL_IN.search(value):
        yield where
