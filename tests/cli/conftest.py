"""The command in this process, and a shop of its own for each test."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.feeds.feed_project import FeedProject

from onemart.cli import run
from onemart.console import console

SCREEN = 80


@dataclass(frozen=True)
class Ended:
    """What a command left on the screen."""

    status: int
    out: str
    err: str

    def says(self, *parts: str) -> bool:
        """Whether the output has the parts in this order, however its lines are broken."""
        told = " ".join((self.out + self.err).split())
        return re.search(".*".join(map(re.escape, parts)), told) is not None


Onemart = Callable[..., Ended]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FeedProject:
    """An empty project of the shop `corner`, which commands find by the environment."""
    project = FeedProject(tmp_path / "project")
    monkeypatch.setenv("ONEMART_PROJECT_DIR", str(project.root))
    monkeypatch.setenv("ONEMART_SHOP", "corner")
    monkeypatch.delenv("ONEMART_WAREHOUSE", raising=False)
    return project


@pytest.fixture
def onemart(
    shop: FeedProject,  # noqa: ARG001
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Onemart:
    """Run the command on a screen of 80 columns."""
    monkeypatch.setattr(console, "width", SCREEN)
    monkeypatch.setitem(os.environ, "COLUMNS", str(SCREEN))

    def command(*arguments: str | Path) -> Ended:
        capsys.readouterr()
        status = run([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        return Ended(status, shown.out, shown.err)

    return command
