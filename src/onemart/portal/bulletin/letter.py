"""A bulletin in a file of its own, and on its way to people."""

from datetime import date
from pathlib import Path

from onemart.disk import explain_disk
from onemart.errors import UsageError
from onemart.portal.bulletin.markdown import as_markdown
from onemart.portal.bulletin.post import post
from onemart.portal.bulletin.story import Bulletin
from onemart.portal.bulletin.writing import write_bulletin
from onemart.portal.frame import Frame
from onemart.portal.reading import open_reading
from onemart.project import Project, Shop

__all__ = ["as_html", "deliver", "save"]


def deliver(
    project: Project,
    shop: Shop,
    week: date | None,
    *,
    to: Path | None = None,
    url: str | None = None,
    target: str | None = None,
) -> str:
    """Write a shop's bulletin, save it or post it if asked to, and return it as Markdown.

    Parameters
    ----------
    week : datetime.date, optional
        Any day of it; by default the last closed one.
    to : pathlib.Path, optional
        A file, Markdown or HTML.
    url : str, optional
        The webhook of a chat.

    Raises
    ------
    OnemartError
        If the shop cannot be read, the file not be written, or the webhook refuses.
    """
    with open_reading(project, shop, target=target) as reading:
        bulletin = write_bulletin(reading, week)
    if to is not None:
        save(bulletin, to)
    told = as_markdown(bulletin)
    if url is not None:
        post(url, told)
    return told


def as_html(bulletin: Bulletin) -> str:
    """Return the bulletin as a page that needs no other file."""
    return Frame({}).alone("bulletin/letter.html", bulletin=bulletin)


def save(bulletin: Bulletin, path: Path) -> None:
    """Write the bulletin as Markdown or HTML, as the file's name says.

    Raises
    ------
    UsageError
        If the name ends otherwise.
    OnemartError
        If it cannot be written.
    """
    forms = {".md": as_markdown, ".html": as_html}
    form = forms.get(path.suffix.lower())
    if form is None:
        raise UsageError(f"{path.name} is neither Markdown nor HTML.", "Name it .md or .html.")
    with explain_disk(f"{path} could not be written"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(form(bulletin), encoding="utf-8")
