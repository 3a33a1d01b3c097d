"""Figures between marks in a page."""

from pathlib import Path

__all__ = ["write_between_marks"]


def write_between_marks(page: Path, sections: dict[str, list[str]]) -> None:
    """Replace what stands between `<!-- name -->` and `<!-- /name -->`, for each name."""
    text = page.read_text()
    for name, rows in sections.items():
        start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        before, rest = text.split(start)
        _, after = rest.split(end)
        text = before + start + "\n".join(rows) + "\n" + end + after
    page.write_text(text)
