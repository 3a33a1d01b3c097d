"""What models really read of each row, measured on what a run sent, beside what is declared.

The statements tell the columns and the days, the warehouse tells how wide the columns are.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from onemart.cost.budget import DAILY, TESTS, WHOLE, Share
from onemart.verify.days import shortest
from onemart.verify.pruning import Read, without_shop
from onemart.verify.record import Record
from onemart.verify.scans import Sent, sent

__all__ = ["measured", "over_budget"]

Widths = Callable[[str, str], Mapping[str, float]]
"""Mean bytes of the columns of a table, by schema and table; none where nobody knows."""

_SPARE = 1.25
_Run = tuple[str, str]  # a shop, and one call of dbt for it


def measured(record: Record, widths: Widths) -> list[Share]:
    """Return what each model of a record reads of each table, most of all shops and runs.

    Raises
    ------
    ValueError
        If a statement cannot be read.
    """
    unread: list[str] = []
    growing = set(_growing(record))
    touched: dict[_Run, int] = {}
    reads: dict[tuple[str, str, _Run], list[Read]] = defaultdict(list)
    for one in sent(record, ["model", "test"], unread):
        run = one.job.shop, one.job.labels.get("dbt_invocation_id", "")
        is_test = one.node["resource_type"] == "test"
        model = TESTS if is_test else one.node["name"]
        form = WHOLE if one.is_first or is_test else DAILY
        reads[model, form, run] += _of_tables(one)
        for read in one.scan.reads:
            days = shortest(read.days) if read.days else None
            if form == DAILY and days:
                # Who reads the shortest range reads touched days that stand together, no more.
                touched[run] = min(days, touched.get(run, days))
    if unread:
        raise ValueError("\n".join(unread))
    most: dict[tuple[str, str, str], Share] = {}
    for (model, form, run), found in reads.items():
        if form == DAILY and run not in touched:
            continue  # nothing was delivered, so next to nothing was read
        for share in _shares(model, form, found, widths, touched.get(run, 1), growing):
            key = model, form, share.table
            most[key] = _larger(share, most.get(key, share))
            if model == TESTS:
                # They run after each build, and read the same.
                most[model, DAILY, share.table] = replace(most[key], run=DAILY)
    return sorted(
        (share for share in most.values() if share.bytes_per_row),
        key=lambda one: (one.model, one.run, one.table),
    )


def _of_tables(one: Sent) -> Iterator[Read]:
    """Yield the reads of a statement; what dbt keeps between two steps counts as the model's."""
    pruned = [read.days for read in one.scan.reads if read.days is not None]
    for read in one.scan.reads:
        table, is_between, _ = without_shop(read.table).partition("__dbt_tmp")
        yield Read(
            table,
            read.columns,
            read.partition,
            pruned[0] if is_between and pruned else read.days,
        )


def _shares(
    model: str, form: str, reads: Iterable[Read], widths: Widths, touched: int, growing: set[str]
) -> Iterator[Share]:
    bytes_of: dict[str, float] = defaultdict(float)
    # Of a table that is read for more than one span of days, each span by its bytes.
    spans: dict[str, list[tuple[float, int | None]]] = defaultdict(list)
    for read in reads:
        schema, _, table = read.table.partition(".")
        known = {column.lower(): wide for column, wide in widths(schema, table).items()}
        wide = sum(known.get(column, 0.0) for column in read.columns)
        if wide and (table in growing or schema == "raw"):
            bytes_of[read.table] += wide
            spans[read.table].append((wide, None if read.days is None else shortest(read.days)))
    for name, found in bytes_of.items():
        days = None
        if all(span is not None for _, span in spans[name]):
            mean = sum(wide * (span or 0) for wide, span in spans[name]) / found
            days = max(0, math.ceil(mean) - touched)
        yield Share(model, form, name, round(found, 1), days)


def _larger(one: Share, other: Share) -> Share:
    """Return the wider of two shares, with the fewest days: a run may touch days far apart."""
    days = [share.more_days for share in (one, other) if share.more_days is not None]
    return replace(
        one,
        bytes_per_row=max(one.bytes_per_row, other.bytes_per_row),
        more_days=min(days) if len(days) == 2 else None,
    )


def _growing(record: Record) -> Iterator[str]:
    """Yield the tables that come of what is delivered."""
    nodes: Mapping[str, Any] = record.manifest["nodes"]
    sources = record.manifest.get("sources", {})
    grows: dict[str, bool] = {}

    def comes_of_deliveries(name: str) -> bool:
        if name in sources:
            return bool(sources[name]["schema"].endswith("raw"))
        if name not in grows:
            grows[name] = False
            parents = nodes.get(name, {}).get("depends_on", {}).get("nodes", [])
            grows[name] = any(map(comes_of_deliveries, parents))
        return grows[name]

    for name, node in record.nodes("model").items():
        if comes_of_deliveries(name):
            yield node["alias"]


def over_budget(measured_shares: Iterable[Share], declared: Iterable[Share]) -> Iterator[str]:
    """Yield a sentence for each share that the budget does not allow, or allows for nothing."""
    budget = {(one.model, one.run, one.table): one for one in declared}
    models = set()
    for share in measured_shares:
        models.add(share.model)
        allowed = budget.get((share.model, share.run, share.table))
        width = f"{share.bytes_per_row:g} bytes a row of {share.table}"
        told = f"{share.model} ({share.run}) reads {width}"
        if allowed is None:
            yield f"{told}, for which it has no budget."
        elif share.bytes_per_row > allowed.bytes_per_row * _SPARE:
            yield f"{told}; its budget is {allowed.bytes_per_row:g}."
        elif share.more_days is None and allowed.more_days is not None:
            yield f"{told} on all days; its budget is {allowed.more_days} more than are touched."
    for name in sorted({one.model for one in budget.values()} - models):
        yield f"{name} has a budget but reads nothing; take it out."
