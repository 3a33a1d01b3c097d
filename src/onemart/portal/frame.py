"""The frame that every page stands in, and how values are written."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from onemart.errors import OnemartError
from onemart.portal.page import Page

__all__ = ["LARGEST_DATA_BYTES", "Frame", "Link", "shortened", "shown"]

LARGEST_DATA_BYTES = 300_000
"""What a page may bring along as figures: a phone reads it at once."""

FOLDER = Path(__file__).parent
_LONGEST = 200
_NOTHING, _MINUS = "\N{EN DASH}", "\N{MINUS SIGN}"
_BILLION, _MILLION, _TEN_THOUSAND = 1_000_000_000, 1_000_000, 10_000


@dataclass(frozen=True)
class Link:
    """A way to another page.

    Attributes
    ----------
    title, summary : str
        What stands there.
    path : str
        The page's place in the site.
    is_here : bool
        Whether it leads to where the reader is, or to the section of it.
    """

    title: str
    path: str
    summary: str = ""
    is_here: bool = False


class Frame:
    """Writes pages as HTML.

    Parameters
    ----------
    site : Mapping
        What every page says of the shop: `shop`, `business_date`, `built_at`.
    """

    def __init__(self, site: Mapping[str, Any]) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters.update(shown=shown, short=shortened)
        self._templates.policies["json.dumps_function"] = as_json
        self._site = dict(site)

    def html(self, page: Page, sections: Sequence[Link], siblings: Sequence[Link]) -> bytes:
        """Return the page.

        Parameters
        ----------
        sections, siblings : sequence of Link
            The sections of the site, and the pages of this one.

        Raises
        ------
        OnemartError
            If the page brings more figures than a page may.
        """
        size = len(as_json(page.data)) if page.data is not None else 0
        if size > LARGEST_DATA_BYTES:
            raise OnemartError(
                f"Page {page.path} brings {size:,} bytes of figures;"
                f" a page has {LARGEST_DATA_BYTES:,}.",
                "Ask for fewer members or coarser periods in its declaration.",
            )
        root = "../" * page.path.count("/")
        text = self._templates.get_template(page.template).render(
            **page.values,
            page=page,
            root=root,
            site=self._site,
            sections=sections,
            siblings=siblings,
        )
        return text.encode()

    def alone(self, template: str, **values: Any) -> str:
        """Return a page that stands without the frame, as in a mail."""
        return self._templates.get_template(template).render(**values)


def shown(value: Any, unit: str = "") -> str:
    """Return a value as people read it.

    Parameters
    ----------
    value : object
        A number, a date, a moment, a text or nothing.
    unit : str
        `share` is written in per cent; large amounts and counts are rounded to three digits or
        more.
    """
    if value is None:
        return _NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, int | float | Decimal):
        return _number(float(value), unit, is_whole=isinstance(value, int))
    return shortened(str(value))


def _number(value: float, unit: str, *, is_whole: bool) -> str:
    if value != value or abs(value) == float("inf"):  # noqa: PLR0124  (what is no number)
        return _NOTHING
    sign, size = (_MINUS if value < 0 else ""), abs(value)
    if unit == "share":
        return f"{sign}{size * 100:,.1f} %"
    if size >= _BILLION:
        return f"{sign}{size / _BILLION:,.2f} bn"
    if size >= _MILLION:
        return f"{sign}{size / _MILLION:,.2f} m"
    if is_whole or size >= _TEN_THOUSAND:
        return f"{sign}{size:,.0f}"
    return f"{sign}{size:,.2f}"


def shortened(text: Any, longest: int = _LONGEST) -> str:
    """Return a text from outside, cut where it would fill the page."""
    told = str(text)
    return told if len(told) <= longest else told[: longest - 1] + "…"


def as_json(value: Any, **_kwargs: Any) -> str:
    """Return JSON of figures: decimals as numbers, days and moments as text."""
    return json.dumps(value, default=_plain, ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no figure.")
