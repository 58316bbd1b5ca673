"""Coffer: a prepaid wallet platform, one room per capability (see README, "The house")."""

import sys

# botocore takes pyOpenSSL for its connections wherever it is installed; only passkeys brought it here, and every
# function would load it. The standard library's `ssl` is meant, so there is nothing to find.
sys.modules.setdefault("urllib3.contrib.pyopenssl", None)  # type: ignore[arg-type]
