"""The site on this machine, made anew when what it comes of changed."""

import functools
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

from onemart.errors import OnemartError, UsageError
from onemart.portal.frame import FOLDER
from onemart.portal.publish import publish
from onemart.portal.site import Written
from onemart.project import Project, Shop

__all__ = ["serve"]

_DECLARED = ("boards", "docs", "expectations", "models", "python_models", "seeds")


class _Handler(SimpleHTTPRequestHandler):
    """Hands out files, tells nobody about each, and lets no browser keep an old page."""

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""


def serve(  # noqa: PLR0913  (where, what, and who is told)
    project: Project,
    shop: Shop,
    folder: Path,
    *,
    target: str | None = None,
    port: int,
    end: Event,
    on_ready: Callable[[str], None],
    on_change: Callable[[Written | OnemartError], None],
    every: float = 1.0,
) -> None:
    """Publish the shop, hand out its site on 127.0.0.1, and publish again what changed.

    Parameters
    ----------
    port : int
        0 takes a free one.
    end : threading.Event
        Set to stop.
    on_ready, on_change : callable
        Told the address, and what each further publication came to; a problem ends nothing.
    every : float
        Seconds between two looks at what the site comes of.

    Raises
    ------
    UsageError
        If the port is taken.
    """
    seen = _signature(project, shop)
    publish(project, shop, folder, target=target)
    handler = functools.partial(_Handler, directory=str(folder))
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise UsageError(
            f"Port {port} cannot be used: {error.strerror}.", "Name another with --port."
        ) from error
    with server:
        Thread(target=server.serve_forever, daemon=True).start()
        on_ready(f"http://127.0.0.1:{server.server_port}/")
        while not end.wait(every):
            there = _signature(project, shop)
            if there == seen:
                continue
            seen = there
            try:
                on_change(publish(project, shop, folder, target=target))
            except OnemartError as error:
                on_change(error)
        server.shutdown()


def _signature(project: Project, shop: Shop) -> dict[Path, int]:
    """Return when each file that the site comes of was last changed."""
    return {path: path.stat().st_mtime_ns for path in _sources(project, shop) if path.is_file()}


def _sources(project: Project, shop: Shop) -> Iterator[Path]:
    yield shop.warehouse
    yield project.state / "results" / f"{shop.name}.json"
    for folder in (FOLDER, *(project.root / name for name in _DECLARED)):
        yield from folder.rglob("*.*")
