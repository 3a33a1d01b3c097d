"""The key of the hashes by which identity joins without personal data itself.

They are HMAC-SHA256 of the trimmed, lowercase text, computed by the warehouse. The key lives
outside the repository; whoever has it can test a guess, so it is kept as a secret.
"""

import os
import secrets
from pathlib import Path

from onemart.errors import OnemartError
from onemart.project import Project

__all__ = ["read_key"]


def read_key(project: Project) -> bytes:
    """Return the key: ONEMART_PII_KEY, else the file `.onemart/pii.key`, made at first need."""
    told = os.environ.get("ONEMART_PII_KEY")
    if told:
        return told.encode()
    path: Path = project.state / "pii.key"
    if not path.is_file():
        _make_key(path)
    key = path.read_text().strip().encode()
    if not key:
        raise OnemartError(
            f"{path} is empty, so personal data cannot be hashed.",
            "Restore the key; with another one, old and new hashes of a person differ.",
        )
    return key


def _make_key(path: Path) -> None:
    """Write a new key under another name first, so that nobody ever finds half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32))
    new.rename(path)
