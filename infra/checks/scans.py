"""The tools, and what they find. None of them may speak to the outside: whoever tries meets a closed door."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from infra.checks import suppressions
from infra.checks.suppressions import Finding
from infra.package import OUT, ROOT

OURS, CHECKS = Path(sys.executable).parent, ROOT / ".venv-checks" / "bin"
CLOSED_DOOR = "http://127.0.0.1:9"
OFFLINE = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"), CLOSED_DOOR)
TEMPLATES = (OUT / "sam.json", ROOT / "infra" / "firewall.yaml")
NO_SECRETS = r"\.lock$|-lock\.json$|^infra/checks/suppressions\.toml$"
SHORT = OUT / "without-paths.json"
PYTHON = ("app.py", "chalicelib", "infra")
_NOSEC = re.compile(r"#\s*nosec\b[ :]*([A-Z]\d+)?")


def bandit() -> list[Finding]:
    """Any severity in the product, medium and higher beside it; what its own comments silence counts as found."""
    product = _json(OURS / "bandit", "-q", "-f", "json", "-r", "app.py", "chalicelib")
    beside = _json(OURS / "bandit", "-q", "-f", "json", "-ll", "-r", "infra", "-x", "infra/web")
    results = [*product["results"], *beside["results"]]
    return [
        *(Finding("bandit", one["test_id"], one["filename"], f"line {one['line_number']}") for one in results),
        *_silenced(),
    ]


def _silenced() -> list[Finding]:
    files = [
        file for name in PYTHON for file in ([ROOT / name] if name.endswith(".py") else (ROOT / name).rglob("*.py"))
    ]
    return [
        Finding("bandit", check or "everything", str(file.relative_to(ROOT)))
        for file in files
        if not {"node_modules", "checks"} & set(file.parts)
        for check in _NOSEC.findall(file.read_text(encoding="utf-8"))
    ]


def cfn_lint() -> list[Finding]:
    regions = ("--regions", "eu-west-1", "us-east-1")
    found = _json(OURS / "cfn-lint", "--format", "json", *regions, "--", *map(str, TEMPLATES))
    return [Finding("cfn-lint", one["Rule"]["Id"], _shown(one["Filename"]), one["Message"]) for one in found]


def checkov() -> list[Finding]:
    """By the policies that it brings with it: none is fetched, nothing is sent.

    None of them looks at what the API's body says of its paths, and reading that takes five times as long as the rest.
    """
    template = json.loads(TEMPLATES[0].read_text(encoding="utf-8"))
    template["Resources"]["RestAPI"]["Properties"].pop("DefinitionBody")
    SHORT.write_text(json.dumps(template, indent=1))
    how = ("--framework", "cloudformation", "--skip-download", "--quiet", "--compact", "--output", "json")
    files = [part for one in (SHORT, *TEMPLATES[1:]) for part in ("--file", str(one))]
    told = _json(CHECKS / "checkov", *how, *files)
    if told["results"].get("parsing_errors"):
        raise SystemExit(f"checkov cannot read {told['results']['parsing_errors']}")
    failed = told["results"]["failed_checks"]
    return [Finding("checkov", one["check_id"], one["resource"], one["check_name"]) for one in failed]


def secrets() -> list[Finding]:
    """In the files that git knows, but locks and our own list; each by the first twelve digits of its SHA-1."""
    made_up = [part for value, _ in suppressions.made_up() for part in ("--exclude-secrets", value)]
    found = _json(CHECKS / "detect-secrets", "scan", "--no-verify", "--exclude-files", NO_SECRETS, *made_up)
    return [
        Finding("detect-secrets", one["hashed_secret"][:12], name, f"line {one['line_number']}: {one['type']}")
        for name, ones in found["results"].items()
        for one in ones
    ]


def _json(*command: str | Path) -> Any:
    """What a tool says; it may end with any code, so long as it says something."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env={**os.environ, **OFFLINE},
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        return json.loads(done.stdout)
    except json.JSONDecodeError:
        raise SystemExit(f"{Path(command[0]).name} failed ({done.returncode}):\n{done.stdout}{done.stderr}") from None


def _shown(file: str) -> str:
    return str(Path(file).resolve().relative_to(ROOT))


def every() -> Sequence[tuple[str, Any]]:
    return (("bandit", bandit), ("cfn-lint", cfn_lint), ("detect-secrets", secrets), ("checkov", checkov))
