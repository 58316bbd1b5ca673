"""What the product and its tests stand on, imported to be inherited: nothing that a bug is planted in is among it."""

from __future__ import annotations

import gc
from importlib import import_module

from botocore.session import Session
from moto import mock_aws

from tests.environment import REGION, mainland

_LIBRARIES = (
    *("pytest", "hypothesis.stateful", "anyio.pytest_plugin", "xdist.plugin", "pdb", "_pytest.unittest"),
    *("schemathesis.pytest.plugin", "schemathesis.pytest.xdist", "schemathesis.reporting.html.build"),
    *("aws_lambda_powertools", "chalice.test", "joserfc.jwk", "joserfc.jws", "msgspec.json", "pynamodb.transactions"),
    *("cryptography.hazmat.primitives.ciphers.aead", "cryptography.hazmat.primitives.kdf.hkdf"),
)
_SERVICES = {
    "dynamodb": "list_tables",
    "kms": "list_keys",
    "s3": "list_buckets",
    "secretsmanager": "list_secrets",
    "ses": "list_identities",
    "sqs": "list_queues",
}
"""Each with something to ask it, whereupon moto reads what it needs for it."""

for _library in _LIBRARIES:
    import_module(_library)
with mock_aws():
    for _service, _question in _SERVICES.items():
        getattr(Session().create_client(_service, region_name=REGION), _question)()
mainland()
gc.freeze()
"""Looked at by the children's collector, their pages would be copied."""
