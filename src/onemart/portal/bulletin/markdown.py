"""A bulletin as Markdown, for mail and chat."""

import re

from onemart.portal.bulletin.story import Bulletin

__all__ = ["as_markdown"]

_MARKS = re.compile(r"([\\`*_\[\]<>#|])")


def as_markdown(bulletin: Bulletin) -> str:
    """Return the bulletin; names out of the data stay text, whatever marks they hold."""
    lines = [f"# {bulletin.title}, {_text(bulletin.shop)}", "", _text(bulletin.headline)]
    for chapter in bulletin.chapters:
        lines += ["", f"## {chapter.title}", ""]
        for item in chapter.items:
            lines.append(f"- {_text(item.text)}")
            lines += [f"  - {_text(detail)}" for detail in item.details]
            if item.action:
                lines.append(f"  - **{_text(item.owner)}**: {_text(item.action)}")
    return "\n".join(lines) + "\n"


def _text(text: str) -> str:
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
