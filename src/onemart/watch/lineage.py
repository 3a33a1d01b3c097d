"""Which models come of which feeds, and which of them have not seen what is published."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from onemart.feeds.ledger import kinds_of
from onemart.warehouse.base import Warehouse

__all__ = ["NIGHTLY", "Behind", "Lineage", "day_column", "record_as_seen"]

NIGHTLY = "nightly"
"""The tag of models that only the nightly build makes."""
_KEPT = {"table", "incremental"}
Feed = tuple[str, str]


def day_column(node: Any) -> str | None:
    """Return the column by whose days a model is replaced, as `by_day` configured it."""
    if node.config.materialized != "incremental":
        return None
    partition = node.config.get("partition_by")
    if partition:
        return str(partition["field"])
    predicates = node.config.get("incremental_predicates")
    return str(predicates[0]).split(" ", 1)[0] if predicates else None


@dataclass
class Lineage:
    """What dbt's manifest says about where models come from.

    Attributes
    ----------
    manifest : Any
        dbt's, of the project as it was when the process began.
    """

    manifest: Any
    _feeds: dict[str, frozenset[Feed]] = field(default_factory=dict)

    @cached_property
    def kept(self) -> dict[str, Any]:
        """The models that are kept as tables, by name; views are as new as what they read."""
        return {
            node.name: node
            for node in self.manifest.nodes.values()
            if node.resource_type == "model" and node.config.materialized in _KEPT
        }

    @cached_property
    def nightly(self) -> frozenset[str]:
        """The kept models that are tagged `nightly`, and all that read them."""
        tagged = {name for name, node in self.kept.items() if NIGHTLY in node.tags}
        return frozenset(self.with_descendants(tagged))

    @property
    def hourly(self) -> frozenset[str]:
        """All other kept models."""
        return frozenset(self.kept.keys() - self.nightly)

    def feeds(self, unique_id: str) -> frozenset[Feed]:
        """Return the feeds that a model comes of, through all models between."""
        if unique_id not in self._feeds:
            source = self.manifest.sources.get(unique_id)
            if source is None:
                # A seed depends on nothing.
                parents = getattr(self.manifest.nodes[unique_id].depends_on, "nodes", ())
                found = [feed for parent in parents for feed in self.feeds(parent)]
            elif source.schema.endswith("ops"):
                # Of ops, models learn which days to look at; what they look at are the feeds.
                found = []
            else:
                told, feed = source.identifier.removesuffix("__current").split("__")
                found = [(told, feed)]
            self._feeds[unique_id] = frozenset(found)
        return self._feeds[unique_id]

    @cached_property
    def bookkeeping(self) -> frozenset[str]:
        """The hourly logs of what facts have to look at again: any publication is news to them."""
        return frozenset(
            name
            for name in self.hourly
            if self.kept[name].config.materialized == "incremental"
            and day_column(self.kept[name]) is None
        )

    def with_descendants(self, names: Iterable[str]) -> set[str]:
        """Return the kept models and all kept ones that read them, over views too."""
        readers: dict[str, list[Any]] = {}
        for node in self.manifest.nodes.values():
            if node.resource_type == "model":
                for parent in node.depends_on.nodes:
                    readers.setdefault(parent, []).append(node)
        reached = {self.kept[name].unique_id: self.kept[name] for name in names}
        todo = list(reached)
        while todo:
            for reader in readers.get(todo.pop(), []):
                if reader.unique_id not in reached:
                    reached[reader.unique_id] = reader
                    todo.append(reader.unique_id)
        return {node.name for node in reached.values() if node.name in self.kept}

    def behind(self, warehouse: Warehouse) -> "Behind":
        """Return which models have not seen all publications of their feeds."""
        log = warehouse.table("ops", "delivery_log")
        last = warehouse.value(f"select coalesce(max(published_seq), 0) as last from {log}")
        published = {
            (source, feed): newest
            for source, feed, newest in warehouse.rows(
                f"select source, feed, max(published_seq) as newest from {log}"
                f" where status = 'accepted' and published_seq <= {last} group by source, feed"
            )
        }
        seen = dict(
            warehouse.rows(
                "select model_name, published_seq from ("
                "select model_name, published_seq, row_number() over ("
                "partition by model_name order by built_at desc, published_seq asc) as recency"
                f" from {warehouse.table('ops', 'model_builds')}) as builds where recency = 1"
            )
        )
        late = {
            name
            for name, node in self.kept.items()
            if max((published.get(feed, 0) for feed in self.feeds(node.unique_id)), default=0)
            > seen.get(name, -1)
        }
        models = self.with_descendants(late)
        # What reads them has feeds of its own.
        newest = max(published.values(), default=-1)
        models |= {name for name in self.bookkeeping if seen.get(name, -1) < newest}
        return Behind(
            frozenset(models),
            {name: number for name, number in seen.items() if name in self.kept},
            last,
        )


@dataclass(frozen=True)
class Behind:
    """The models that have something to catch up with.

    Attributes
    ----------
    models : frozenset of str
        Those that a feed of theirs has left behind, and all that read them.
    seen : Mapping
        By model, the newest publication that it has seen.
    last : int
        The newest publication of all.
    """

    models: frozenset[str]
    seen: Mapping[str, int]
    last: int


def record_as_seen(warehouse: Warehouse, behind: Behind) -> None:
    """Write down that all other models have seen everything.

    Nothing that was published since their last build is of a feed that they come of. Else a model
    would have seen no more than the one among those it reads that was built longest ago.
    """
    others = [
        name
        for name, number in behind.seen.items()
        if name not in behind.models and number < behind.last
    ]
    if others:
        # The time of the builds beside it, which no test lets stand still.
        row = {"published_seq": behind.last, "built_at": datetime.now(UTC).replace(tzinfo=None)}
        with warehouse.publication():
            warehouse.insert_rows(
                warehouse.table("ops", "model_builds"),
                kinds_of("model_builds"),
                [{"model_name": name, **row} for name in others],
                instead_of="false",
            )
