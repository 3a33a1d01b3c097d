"""What a page says of itself before there is any figure: enough to name it as an exposure."""

from dataclasses import dataclass
from typing import Any

from onemart.portal.page import Page

__all__ = ["Declared"]


@dataclass(frozen=True)
class Declared:
    """A page, dashboard or export that people read.

    Attributes
    ----------
    path : str
        Its place in the portal, or what the export is called.
    title, summary : str
        A name, and one sentence that tells what it answers.
    owner : str
        The group that answers for it, as in models/_groups.yml.
    reads : tuple of str
        Models and metrics that it shows.
    kind : str
        dbt's word for it: dashboard, application, analysis, notebook or ml.
    """

    path: str
    title: str
    summary: str
    owner: str
    reads: tuple[str, ...] = ()
    kind: str = "dashboard"

    def page(self, template: str, values: dict[str, Any], **more: Any) -> Page:
        """Return the page with its figures; `more` is what else a `Page` may have."""
        return Page(
            path=self.path,
            title=self.title,
            summary=self.summary,
            owner=self.owner,
            reads=self.reads,
            template=template,
            values=values,
            **more,
        )
