"""What is promised to whom: contracts of feeds and marts, and what is on its way out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from onemart.feeds.contract import Contract
from onemart.portal.reading import Reading

__all__ = ["FeedPromise", "MartPromise", "feed_promises", "mart_promises"]

_PROMISED = ("fct_", "dim_", "rpt_")


@dataclass(frozen=True)
class FeedPromise:
    """A feed's contract.

    Attributes
    ----------
    feed, owner, version : str
        Which feed, who answers for it, and its version now.
    versions : str
        The versions that accepted files came with.
    columns, rules : int
        How many it has.
    deprecated : tuple of str
        Columns that older rows have and new ones need not.
    """

    feed: str
    owner: str
    version: str
    versions: str
    columns: int
    rules: int
    deprecated: tuple[str, ...]


@dataclass(frozen=True)
class MartPromise:
    """A mart's contract.

    Attributes
    ----------
    name, owner : str
        Which mart, and the group that answers for it.
    grain : str
        What one row of it is.
    columns, tests : int
        How many it has.
    is_enforced : bool
        Whether a build fails that breaks the types.
    deprecated : tuple of str
        Columns on their way out.
    leaves : str
        The day from which the mart itself is gone; empty for none.
    """

    name: str
    owner: str
    grain: str
    columns: int
    tests: int
    is_enforced: bool
    deprecated: tuple[str, ...]
    leaves: str


def feed_promises(reading: Reading) -> list[FeedPromise]:
    """Return the contracts of all feeds with the versions that were delivered."""
    rows = reading.dicts(
        "select source, feed, contract_version, max(published_seq) as last_seq"
        f" from {reading.warehouse.table('ops', 'deliveries')}"
        " where status = 'accepted' and contract_version is not null"
        " group by source, feed, contract_version order by last_seq"
    )
    came: dict[str, list[str]] = {}
    for row in rows:
        came.setdefault(f"{row['source']}.{row['feed']}", []).append(row["contract_version"])
    return [_feed(contract, came.get(contract.id, ())) for contract in reading.contracts]


def _feed(contract: Contract, versions: Sequence[str]) -> FeedPromise:
    return FeedPromise(
        feed=contract.id,
        owner=contract.owner,
        version=contract.version,
        versions=", ".join(dict.fromkeys(versions)),
        columns=len(contract.columns),
        rules=len(contract.rules),
        deprecated=tuple(one.name for one in contract.columns if _leaves(one.description)),
    )


def mart_promises(manifest: Mapping[str, Any]) -> list[MartPromise]:
    """Return what everyone may read, with what is promised of it."""
    tests: dict[str, int] = {}
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test" and node.get("attached_node"):
            tests[node["attached_node"]] = tests.get(node["attached_node"], 0) + 1
    return sorted(
        (
            _mart(node, tests.get(name, 0))
            for name, node in manifest["nodes"].items()
            if node["resource_type"] == "model" and node["name"].startswith(_PROMISED)
        ),
        key=lambda one: one.name,
    )


def _mart(node: Mapping[str, Any], tests: int) -> MartPromise:
    return MartPromise(
        name=node["name"],
        owner=node["group"] or "",
        grain=node["description"].split(". ")[0].strip().rstrip("."),
        columns=len(node["columns"]),
        tests=tests,
        is_enforced=bool(node["config"]["contract"]["enforced"]),
        deprecated=tuple(
            name for name, column in node["columns"].items() if _leaves(column["description"])
        ),
        leaves=str(node.get("deprecation_date") or "")[:10],
    )


def _leaves(description: str) -> bool:
    """Return whether a column says of itself that it is deprecated."""
    return description.strip().lower().startswith("deprecated")
