"""The end of a process that has worked with DuckDB and Great Expectations."""

import atexit
import os
import sys
from typing import NoReturn

__all__ = ["leave"]


def leave(status: int) -> NoReturn:
    """End the process without what libraries would say on the way out.

    Great Expectations keeps references to DuckDB to the very end, of which DuckDB's binding would
    complain at length. All files are closed by now; locks between processes are given back first,
    which is done by who asked to be told of the end.
    """
    atexit._run_exitfuncs()  # noqa: SLF001  (there is no public way)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
