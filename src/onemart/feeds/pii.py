"""Keyed hashes of personal data, so that identity joins without the data itself.

HMAC-SHA256 (RFC 2104) of the trimmed, lowercase text, computed by the warehouse. The key lives
outside the repository; whoever has it can test a guess, so it is kept as a secret.
"""

import os
import secrets
from pathlib import Path

from onemart.errors import OnemartError
from onemart.project import Project

__all__ = ["hmac_sql", "read_key"]

_BLOCK = 64  # bytes, of SHA-256


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


def hmac_sql(text: str, key: bytes) -> str:
    """Return the SQL for the HMAC of `text`, a text expression, as 64 hexadecimal digits."""
    if len(key) > _BLOCK:
        raise ValueError(f"the key has {len(key)} bytes; at most {_BLOCK}")
    padded = key.ljust(_BLOCK, b"\0")
    inner = bytes(byte ^ 0x36 for byte in padded).hex()
    outer = bytes(byte ^ 0x5C for byte in padded).hex()
    message = f"encode(lower(trim({text})))"
    return f"sha256(unhex('{outer}') || unhex(sha256(unhex('{inner}') || {message})))"
