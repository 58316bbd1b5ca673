"""What is asked about devices. No AWS."""

from __future__ import annotations

import msgspec

from chalicelib.identity.model import DeviceName


class RenameRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    device_name: DeviceName
