"""One look at a shop, which all pages of a site are made from."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from onemart.clock import now
from onemart.errors import OnemartError, UsageError
from onemart.feeds.contract import Contract, load_contracts
from onemart.project import Project, Shop
from onemart.results import BuildState, read_results
from onemart.warehouse import DEFAULT_TARGET, Warehouse, chosen_target, open_warehouse

if TYPE_CHECKING:
    from onemart.metrics.layer import Layer, Question

__all__ = ["Reading", "open_reading"]


class Reading:
    """What the pages of a shop are made from, read only.

    Parameters
    ----------
    project : Project
        The clone.
    shop : Shop
        The shop.
    warehouse : Warehouse
        Its warehouse, open.
    """

    def __init__(self, project: Project, shop: Shop, warehouse: Warehouse) -> None:
        self.project = project
        self.shop = shop
        self.warehouse = warehouse
        self.built_at: datetime = now()

    def mart(self, name: str) -> str:
        """Return the full name of a mart.

        Raises
        ------
        OnemartError
            If the shop was built without it.
        """
        if name not in self._marts:
            raise OnemartError(
                f"Shop {self.shop.name} has no mart {name}.",
                f"Build it as the project is now: onemart build --shop {self.shop.name}",
            )
        return self.warehouse.table("marts", name)

    def dicts(self, sql: str, parameters: Sequence[Any] | None = None) -> list[dict[str, Any]]:
        """Return the rows of a query that gives few."""
        return self.warehouse.dicts(sql, parameters)

    def ask(self, question: "Question") -> list[dict[str, Any]]:
        """Return the answer of the metrics; columns are named as in `onemart query`."""
        from onemart.metrics.answer import short_names  # noqa: PLC0415

        rows = self.warehouse.dicts(self.layer.sql(question))
        if not rows:
            return []
        names = short_names(list(rows[0]))
        return [dict(zip(names, row.values(), strict=True)) for row in rows]

    @cached_property
    def layer(self) -> "Layer":
        """The metrics of the shop."""
        from onemart.metrics.layer import open_layer  # noqa: PLC0415  (takes a second)

        return open_layer(self.project, self.warehouse)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What dbt knows of the project: models, columns, owners, lineage."""
        from onemart.metrics.manifest import parsed_project  # noqa: PLC0415

        manifest = json.loads(parsed_project(self.project).read_text(encoding="utf-8"))
        return dict(manifest)

    @cached_property
    def contracts(self) -> list[Contract]:
        """The contracts of all feeds."""
        contracts, errors = load_contracts(self.project.contracts)
        if errors:
            raise errors[0]
        return contracts

    @cached_property
    def business_date(self) -> date | None:
        """The last closed day in the shop's data; none before the first."""
        day = self.warehouse.value(
            f"select max(date_day) as business_date from {self.mart('dim_dates')} where is_closed"
        )
        return None if day is None else date.fromisoformat(str(day)[:10])

    @cached_property
    def results(self) -> BuildState | None:
        """What the shop's last builds came to; none where nothing was kept."""
        return read_results(self.project, self.shop)

    @cached_property
    def _marts(self) -> set[str]:
        return set(self.warehouse.tables("marts"))


@contextmanager
def open_reading(project: Project, shop: Shop, *, target: str | None = None) -> Iterator[Reading]:
    """Open a shop to make its pages.

    Raises
    ------
    UsageError
        If the shop was never built.
    """
    if chosen_target(target) == DEFAULT_TARGET and not shop.warehouse.is_file():
        raise UsageError(
            f"Shop {shop.name} has no warehouse yet.",
            f"Land its files and run `onemart build --shop {shop.name}` first.",
        )
    with open_warehouse(shop, target=target, read_only=True) as warehouse:
        if not warehouse.tables("marts"):
            raise UsageError(
                f"Shop {shop.name} has no marts yet.",
                f"Run `onemart build --shop {shop.name}` first.",
            )
        yield Reading(project, shop, warehouse)
