"""The clock, which a repeatable build can fix."""

import os
from datetime import UTC, datetime

__all__ = ["now"]


def now() -> datetime:
    """Return the time in UTC, without zone; ONEMART_NOW fixes it for repeatable builds."""
    fixed = os.environ.get("ONEMART_NOW")
    moment = datetime.fromisoformat(fixed) if fixed else datetime.now(UTC)
    return moment.replace(tzinfo=None) if moment.tzinfo is None else _utc(moment)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
