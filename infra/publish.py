"""`make pages`: build/site/, what the pages' bucket holds, and the commands that bring it there.

Only what the app and the console ask for goes in, packages under the names that they are asked for by; the tour is the
local cloud's. Nothing has a version in its name, so nothing may be kept without asking: each file is `no-cache`, and a
browser gets 304 for what it has.
"""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from pathlib import Path

from infra import pages

SITE = pages.ROOT / "build" / "site"
LOCAL = re.compile(r"/edge\.js|/index\.html|/tour.*|/text/tour\.json")
"""CloudFront's own, and the tour, which speaks to the local front door."""
CACHING = "no-cache"


def build(site: Path = SITE) -> list[str]:
    """Writes the site anew → its paths."""
    shutil.rmtree(site, ignore_errors=True)
    found = [path for path in pages.paths() if not LOCAL.fullmatch(path)]
    for path in found:
        target = site / path.removeprefix("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_file(path), target)
    return found


def commands(paths: list[str], bucket: str = "$BUCKET") -> list[str]:
    """One for each kind of file, since S3 keeps the headers with the object; the last takes away what is gone."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        kinds[pages.content_type(_file(path))].add(path[path.rindex(".") :])
    sync = f"aws s3 sync {_shown(SITE)}/ s3://{bucket}/"
    found = []
    for kind, suffixes in sorted(kinds.items()):
        chosen = " ".join(f"--include '*{one}'" for one in sorted(suffixes))
        found.append(f"{sync} --exclude '*' {chosen} --content-type '{kind}' --cache-control '{CACHING}'")
    return [*found, f"{sync} --delete --size-only"]


def _file(path: str) -> Path:
    file = pages.file_at(path)
    if file is None:
        raise SystemExit(f"{path} is asked for and not there: `make install` fetches the packages")
    return file


def _shown(folder: Path) -> str:
    return str(folder.relative_to(pages.ROOT))


def main() -> None:
    found = build()
    size = sum(_file(path).stat().st_size for path in found)
    print(f"pages: {len(found)} files, {size / 1e6:.1f} MB, in {_shown(SITE)}/\n\nBring them to the stack's bucket:\n")
    stack = "aws cloudformation describe-stacks --stack-name coffer"
    query = "--query \"Stacks[0].Outputs[?OutputKey=='PagesBucket'].OutputValue\" --output text"
    print(f"BUCKET=$({stack} {query})", *commands(found), sep="\n")


if __name__ == "__main__":
    main()
