"""What a disk refuses, told such that somebody can act on it."""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from onemart.errors import OnemartError

__all__ = ["explain_disk", "first_line"]

_NO_ROOM = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EROFS}
_DISK_ERRORS = (duckdb.IOException, duckdb.FatalException, duckdb.OutOfMemoryException)
# A commit that cannot be written comes as an error of the transaction.
_DISK_TOLD = re.compile("Could not (write|sync|truncate)|Cannot open file")


def first_line(error: BaseException) -> str:
    """Return the first line of an error's message."""
    return (str(error).splitlines() or [type(error).__name__])[0]


@contextmanager
def explain_disk(what: str) -> Iterator[None]:
    """Turn what the disk refuses in this block into an error that says what to do.

    Parameters
    ----------
    what : str
        What was at work, at the start of the message.
    """
    try:
        yield
    except PermissionError as error:
        raise OnemartError(
            f"{what}: permission denied for {error.filename2 or error.filename}.",
            "Give this user permission to read and write there, and run this again.",
        ) from error
    except OSError as error:
        if error.errno == errno.EXDEV:
            raise OnemartError(
                f"{what}: {error.filename} and {error.filename2} are on different file systems.",
                "Files move through the gate by renaming: keep landing, archive, rejected and"
                " .onemart on one file system.",
            ) from error
        if error.errno not in _NO_ROOM:
            raise
        raise _no_room(what, error) from error
    except duckdb.Error as error:
        if not isinstance(error, _DISK_ERRORS) and not _DISK_TOLD.search(str(error)):
            raise
        if "Permission denied" in str(error):
            raise OnemartError(
                f"{what}: {first_line(error)}.",
                "Give this user permission to write the warehouse and its folder.",
            ) from error
        raise _no_room(what, error) from error


def _no_room(what: str, error: Exception) -> OnemartError:
    return OnemartError(
        f"{what}: the disk or the warehouse does not take it: {first_line(error)}.",
        "Is the disk full, or a size limit reached? Nothing that is half written counts: make room"
        " and run this again.",
    )
