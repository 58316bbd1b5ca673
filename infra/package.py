"""`make package`: deployment.zip, layer.zip and sam.json in build/package/, ready for CloudFormation.

Chalice packages a clean copy of the tree together with our template; then the zip is rebuilt
(`archive.py`) and the template linted. Nothing is done when nothing changed.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

from infra import archive, firewall, furniture, policies, watched, wheels

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "build" / "package"
SOURCES = ("app.py", "chalicelib", ".chalice", "requirements.txt", "infra/template.yaml", "infra/web/edge.js",
           "infra/firewall.yaml")  # fmt: skip
WATCHING = ("watched", "alarms", "objectives", "dashboard")
TOOLS = (
    *(
        f"infra/{name}.py"
        for name in ("package", "furniture", "firewall", "archive", "wheels", "policies", "packs", *WATCHING)
    ),
    "infra/requirements.lock",
    "infra/analysis.lock",
)
QUIET = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": ""}
_ASK = """
import json, app
from chalicelib.api import shield
from chalicelib.api.blueprint import routes
print(json.dumps({
    "methods": {path: list(methods) for path, methods in app.app.routes.items()},
    "functions": [[route.path, route.method, route.function] for route in routes()],
    "classes": [[route.path, route.method, shield.class_of(route)] for route in routes()],
}))
"""
MOST_UNZIPPED = 250 * 1024 * 1024
"""https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "deployments", "deployed")


def package(stage: str = "prod") -> Path:
    """The folder with the package, made or reused; prints what it does and how long it took."""
    started, digest = time.monotonic(), inputs_digest(stage)
    stamp = OUT / "inputs.sha256"
    if stamp.exists() and stamp.read_text() == digest:
        print("package: up to date, build/package/")
        return OUT
    OUT.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    policies.judge()
    tree = _clean_copy()
    _step(started, "merge template")
    merge = _merge_template(tree)
    _step(started, "chalice package (the first time fetches wheels, about half a minute)")
    _chalice(tree, merge, stage)
    _step(started, "byte code")
    archive.rebuild(tree / "out" / "deployment.zip", OUT / "deployment.zip", OUT / "zip", archive.services(tree))
    archive.layer(wheels.of_the_layer(), OUT / "layer.zip")
    (OUT / "sam.json").write_text(_compact(tree / "out" / "sam.json"))
    _step(started, "cfn-lint")
    subprocess.run([_tool("cfn-lint"), "--regions", "eu-west-1", "--", str(OUT / "sam.json")], check=True)
    _report(started)
    stamp.write_text(digest)
    return OUT


def inputs_digest(stage: str) -> str:
    digest = hashlib.sha256(f"{stage} {sys.version}".encode())
    for name in (*SOURCES, *TOOLS):
        for file in sorted([ROOT / name] if (ROOT / name).is_file() else _files(ROOT / name)):
            digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _files(folder: Path) -> list[Path]:
    unwanted = {"__pycache__", "deployments", "deployed"}
    return [path for path in folder.rglob("*") if path.is_file() and not unwanted & set(path.parts)]


def _clean_copy() -> Path:
    tree = OUT / "tree"
    for name in SOURCES:
        source, target = ROOT / name, tree / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
            continue
        kept = {path.relative_to(source) for path in _files(source)}
        for old in [path for path in target.rglob("*") if path.is_file() and "deployments" not in path.parts]:
            if old.relative_to(target) not in kept:
                old.unlink()
        shutil.copytree(source, target, dirs_exist_ok=True, ignore=LEFT_OUT)
    return tree


def _merge_template(tree: Path) -> Path:
    """Our template and what follows from the routes, as one JSON file for Chalice."""
    from chalice.package import TemplateDeepMerger, YAMLTemplateSerializer

    written, acl = (
        YAMLTemplateSerializer().load_template((tree / name).read_text())
        for name in ("infra/template.yaml", "infra/firewall.yaml")
    )
    config = json.loads((tree / ".chalice/config.json").read_text())
    declared = _declared(tree)
    derived = furniture.furnish(list(config["lambda_functions"]), declared, tree / ".chalice")
    merged: dict[str, Any] = TemplateDeepMerger().merge(derived, written)
    merged = TemplateDeepMerger().merge(firewall.regional(acl), merged)
    merged["Resources"]["RestAPI"]["Properties"]["MethodSettings"] += furniture.throttling(declared)
    for name in map(furniture.logical, furniture.OURS):
        merged["Resources"][name]["Properties"] |= {"CodeUri": "./deployment.zip", "Runtime": _runtime()}
    watched.watch(merged, config["lambda_functions"])
    edge = merged["Resources"]["PagesEdge"]["Properties"]
    edge["FunctionCode"] = (tree / "infra/web/edge.js").read_text()
    target = tree / "merge.json"
    target.write_text(json.dumps(merged, indent=1))
    return target


def _runtime() -> str:
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def _declared(tree: Path) -> furniture.Declared:
    """What the app in `tree` declares; asked in a process of its own, which has imported nothing else."""
    asked = [sys.executable, "-c", _ASK]
    answer = subprocess.run(asked, cwd=tree, env={**os.environ, **QUIET}, capture_output=True, text=True, check=False)
    if answer.returncode:
        sys.exit(f"app.py cannot be imported:\n{answer.stderr}")
    return furniture.Declared(**json.loads(answer.stdout))


def _chalice(tree: Path, merge: Path, stage: str) -> None:
    environment = {"AWS_DEFAULT_REGION": "eu-west-1", **os.environ, **QUIET}
    if not dependencies().exists():
        environment |= wheels.only()
    shutil.rmtree(tree / "out", ignore_errors=True)
    _reuse_dependencies(tree)
    command = [_tool("chalice"), "--project-dir", str(tree), "package", "--stage", stage]
    done = subprocess.run([*command, "--merge-template", str(merge), str(tree / "out")], env=environment,
                          check=False, capture_output=True, text=True)  # fmt: skip
    if done.returncode:
        sys.exit(f"chalice package failed:\n{done.stdout}{done.stderr}")
    made = max((tree / ".chalice/deployments").glob("*.zip"), key=lambda path: path.stat().st_mtime)
    made.replace(dependencies())


def dependencies() -> Path:
    """The last zip that Chalice made from these requirements."""
    wanted = (ROOT / "requirements.txt").read_bytes() + wheels.LOCK.read_bytes()
    return OUT / f"dependencies-{hashlib.sha256(wanted + sys.version.encode()).hexdigest()[:16]}.zip"


def _reuse_dependencies(tree: Path) -> None:
    """Spare Chalice the wheels: put the new app into the last zip, under the name it looks for."""
    if not dependencies().exists():
        return
    from chalice.cli.factory import CLIFactory  # noqa: F401  (loads what the next line needs)
    from chalice.deploy.packager import DependencyBuilder, LambdaDeploymentPackager
    from chalice.utils import UI, OSUtils

    packager = LambdaDeploymentPackager(OSUtils(), DependencyBuilder(OSUtils()), UI(out=io.StringIO()))
    expected = Path(packager.deployment_package_filename(str(tree), _runtime()))
    expected.parent.mkdir(exist_ok=True)
    shutil.copy(dependencies(), expected)
    packager.inject_latest_app(str(expected), str(tree))


def _tool(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def _compact(template: Path) -> str:
    """CloudFormation takes a template of 1 MB: half of what Chalice writes is blanks."""
    return json.dumps(json.loads(template.read_text()), separators=(",", ":"))


def _step(started: float, what: str) -> None:
    print(f"package: {time.monotonic() - started:5.1f} s  {what}", flush=True)


def _report(started: float) -> None:
    unzipped = sum(path.stat().st_size for path in (OUT / "zip").rglob("*") if path.is_file())
    zipped = (OUT / "deployment.zip").stat().st_size
    with zipfile.ZipFile(OUT / "layer.zip") as layer:
        beside = sum(one.file_size for one in layer.infolist())
    _step(started, f"layer.zip: {(OUT / 'layer.zip').stat().st_size / 1e6:.1f} MB ({beside / 1e6:.1f} MB unzipped)")
    if unzipped + beside > MOST_UNZIPPED:
        sys.exit(f"code and layer are {(unzipped + beside) / 1e6:.0f} MB unzipped: Lambda takes 250")
    _step(started, f"done: deployment.zip {zipped / 1e6:.1f} MB ({unzipped / 1e6:.1f} MB unzipped), sam.json")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", choices=["local", "prod"], default="prod")
    package(parser.parse_args().stage)
