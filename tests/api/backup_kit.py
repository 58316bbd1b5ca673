"""Records of backups and drills, where a test needs one and not what is in it."""

from __future__ import annotations

from datetime import datetime

from chalicelib.kernel import clock, ids
from chalicelib.operations import store_backups
from chalicelib.operations.model_backups import Backup
from chalicelib.operations.model_drills import Drill


def whole(at: datetime) -> str:
    """The id of one without tables."""
    made, moment = ids.new("bak", at), clock.written(at)
    store_backups.put(Backup(made, "whole", "", "daily", moment, moment, moment, (), moment, "0" * 64))
    return made


def drill(backup_id: str, at: datetime) -> str:
    """The id of one that passed."""
    made, moment = ids.new("drl", at), clock.written(at)
    store_backups.put(Drill(made, "passed", backup_id, f"daily/{backup_id}", moment, "", moment, (), moment))
    return made
