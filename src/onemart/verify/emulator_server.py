"""The BigQuery emulator as a process of ours, on a port of its own."""

import json
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from onemart.errors import OnemartError, UsageError
from onemart.project import Project, find_project

__all__ = ["EmulatorServer", "read_statements"]

_ANSWER_SECONDS = 60.0


class EmulatorServer:
    """Starts the emulator on entering, stops it on leaving; its data live in memory.

    Parameters
    ----------
    statements : pathlib.Path, optional
        File of JSON Lines for the query and load jobs, begun anew; by default a file that goes with
        the server.
    project : onemart.project.Project, optional
        The clone whose `.venv-emulator` is used; by default the one we are in.

    Attributes
    ----------
    endpoint : str
        Address for ONEMART_EMULATOR, such as `http://127.0.0.1:40123`.
    statements : pathlib.Path
        The log of jobs.

    Raises
    ------
    UsageError
        On entering, if the emulator is not installed.
    OnemartError
        On entering, if it does not answer; the message ends with what it printed.
    """

    endpoint: str
    statements: Path

    def __init__(self, statements: Path | None = None, *, project: Project | None = None) -> None:
        self._root = (project or find_project()).root
        self._wanted = statements
        self._resources = ExitStack()

    def __enter__(self) -> Self:
        python = self._root / ".venv-emulator" / "bin" / "python"
        if not python.exists():
            raise UsageError(
                f"The BigQuery emulator is not installed: there is no {python}.",
                "Run 'make setup-emulator'.",
            )
        with ExitStack() as resources:
            folder = Path(resources.enter_context(tempfile.TemporaryDirectory()))
            self.statements = (self._wanted or folder / "statements.jsonl").absolute()
            # Empty at first, and there for someone who reads it before the first job.
            self.statements.parent.mkdir(parents=True, exist_ok=True)
            self.statements.write_text("")
            complaints = resources.enter_context((folder / "stderr").open("w+"))
            server = subprocess.Popen(
                [
                    *(python, self._root / "scripts" / "serve_emulator.py"),
                    *("--port", "0", "--stop-with-stdin", "--log", self.statements),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                text=True,
            )
            resources.callback(_stop, server)
            assert server.stdout is not None  # noqa: S101 - a pipe was asked for
            self.endpoint = server.stdout.readline().strip()
            try:
                self.ask("/_crucible/health")
            except (OSError, ValueError) as problem:
                complaints.seek(0)
                raise OnemartError(
                    "The BigQuery emulator does not start.",
                    f"It says: {complaints.read()[-2000:].strip() or problem}",
                ) from problem
            self._resources = resources.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._resources.close()

    def ask(self, path: str) -> Any:
        """Return the server's JSON answer to a GET of `path`."""
        with urllib.request.urlopen(self.endpoint + path, timeout=_ANSWER_SECONDS) as answer:  # noqa: S310 - our own server
            return json.load(answer)


def _stop(server: subprocess.Popen[str]) -> None:
    server.terminate()
    try:
        server.wait(timeout=10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
    for pipe in (server.stdin, server.stdout):
        if pipe is not None:
            pipe.close()


def read_statements(log: Path) -> Iterator[dict[str, Any]]:
    """Yield the jobs of a server's log in the order in which they ended."""
    with log.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
