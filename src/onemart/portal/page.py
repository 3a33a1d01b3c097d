"""What a section gives the site: pages, and files that are shown as they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Asset", "Page"]


@dataclass(frozen=True)
class Page:
    """A page of the portal.

    Attributes
    ----------
    path : str
        Its place in the site, as `figures/sales.html`; each page its own.
    title, summary : str
        A name, and one sentence that tells what the page answers.
    template : str
        The Jinja template, from the folder of templates.
    values : Mapping
        What the template is given beside the frame's own names.
    data : Mapping, optional
        Figures for the page's scripts, at most `LARGEST_DATA_BYTES` as JSON.
    scripts, styles : tuple of str
        Files in `static/` that this page loads, in order.
    words : str
        What search finds it by beside title and summary.
    owner : str
        The team that answers for it.
    reads : tuple of str
        The marts and metrics that it shows.
    part_of : str
        The path of the page that leads here; such a page is not listed with the section's own.
    """

    path: str
    title: str
    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] | None = None
    scripts: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    words: str = ""
    summary: str = ""
    owner: str = ""
    reads: tuple[str, ...] = ()
    part_of: str = ""


@dataclass(frozen=True)
class Asset:
    """A file of the site that another tool made.

    Attributes
    ----------
    path : str
        Its place in the site.
    content : bytes or pathlib.Path
        What it holds, or the file that holds it.
    """

    path: str
    content: bytes | Path

    def read(self) -> bytes:
        """Return what it holds."""
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()
