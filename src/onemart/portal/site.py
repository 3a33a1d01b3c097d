"""The whole site: its sections, and how it is written."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from onemart.errors import OnemartError
from onemart.portal import bulletin, feeds, figures, governance, home
from onemart.portal.frame import FOLDER, Frame, Link, as_json
from onemart.portal.page import Asset, Page
from onemart.portal.reading import Reading

__all__ = ["SECTIONS", "Section", "Written", "site_files", "write_site"]


@dataclass(frozen=True)
class Section:
    """A part of the site.

    Attributes
    ----------
    name : str
        Its folder; none for the first page.
    title : str
        What the navigation calls it.
    pages : callable
        Returns its pages and assets; the first page is where the navigation leads.
    """

    name: str
    title: str
    pages: Callable[[Reading], Iterable[Page | Asset]]


SECTIONS: tuple[Section, ...] = (
    Section("bulletin", "Bulletin", bulletin.pages),
    Section("figures", "Figures", figures.pages),
    Section("feeds", "Feeds", feeds.pages),
    Section("governance", "Governance", governance.pages),
)
"""In the order of the navigation; the first page, which leads to all, is made from them."""


@dataclass(frozen=True)
class Written:
    """What a site came to.

    Attributes
    ----------
    pages, changed : int
        Pages of the site; files that were not there before, or other.
    size : int
        Bytes of all files.
    """

    pages: int
    changed: int
    size: int

    def __str__(self) -> str:
        return (
            f"{self.pages:,} pages, {self.size / 1_000_000:,.1f} MB in all;"
            f" {self.changed:,} files changed"
        )


def site_files(
    reading: Reading, sections: Iterable[Section] = SECTIONS
) -> tuple[dict[str, bytes], int]:
    """Return all files of the site by path, and how many of them are pages.

    Raises
    ------
    OnemartError
        If two files claim one path, or a page brings too many figures.
    """
    told: list[tuple[Section, list[Page]]] = []
    files = _static_files()
    for section in sections:
        pages = []
        for one in section.pages(reading):
            if isinstance(one, Page):
                pages.append(one)
            else:
                _claim(files, one.path, one.read())
        told.append((section, pages))
    first = home.page(reading, [(section.title, pages) for section, pages in told if pages])
    told.insert(0, (Section("", "Home", lambda _reading: ()), [first]))
    frame = Frame(
        {
            "shop": reading.shop.name,
            "business_date": reading.business_date,
            "built_at": reading.built_at,
        }
    )
    for section, pages in told:
        listed = [page for page in pages if not page.part_of]
        for page in pages:
            ways = [
                Link(other.title, of_other[0].path, is_here=other is section)
                for other, of_other in told
                if of_other
            ]
            siblings = [
                Link(one.title, one.path, one.summary, one.path in {page.path, page.part_of})
                for one in listed
            ]
            _claim(files, page.path, frame.html(page, ways, siblings if section.name else []))
    every = [page for _, pages in told for page in pages]
    _claim(files, "static/search_index.js", _search_index(every))
    return files, len(every)


def write_site(reading: Reading, folder: Path, sections: Iterable[Section] = SECTIONS) -> Written:
    """Write the site; all pages are made before the first file is touched.

    Files that did not change are left as they are, those that the site no longer has are removed.

    Raises
    ------
    OnemartError
        If the folder holds something else, or cannot be written.
    """
    files, pages = site_files(reading, sections)
    marker = folder / "static" / "onemart.css"
    if folder.is_dir() and any(folder.iterdir()) and not marker.is_file():
        raise OnemartError(
            f"{folder} is not empty and holds no portal.", "Name another folder with --to."
        )
    changed = 0
    try:
        for path, content in files.items():
            changed += _written(folder / path, content)
        for there in sorted(folder.rglob("*"), reverse=True):
            if there.is_file() and there.relative_to(folder).as_posix() not in files:
                there.unlink()
            elif there.is_dir() and not any(there.iterdir()):
                there.rmdir()
    except OSError as error:
        raise OnemartError(
            f"{error.filename or folder} cannot be written: {error.strerror}.",
            "Name another folder with --to.",
        ) from error
    return Written(pages, changed, sum(map(len, files.values())))


def _written(path: Path, content: bytes) -> bool:
    """Write a file unless it is so already; a reader sees the old one or the new one."""
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_bytes(content)
    part.replace(path)
    return True


def _claim(files: dict[str, bytes], path: str, content: bytes) -> None:
    if path in files:
        raise OnemartError(f"Two files of the portal claim {path}.", "Rename one of them.")
    files[path] = content


def _static_files() -> dict[str, bytes]:
    static = FOLDER / "static"
    return {
        f"static/{path.relative_to(static).as_posix()}": path.read_bytes()
        for path in static.rglob("*")
        if path.is_file()
    }


def _search_index(pages: Iterable[Page]) -> bytes:
    """Return the words of all pages as a script, since a page from the disk may not fetch."""
    index = [
        {"path": page.path, "title": page.title, "summary": page.summary, "words": page.words}
        for page in pages
    ]
    return f"window.onemartPages = {as_json(index)};\n".encode()
