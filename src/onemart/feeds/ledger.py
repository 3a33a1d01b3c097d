"""The tables of `ops`: the ledger of deliveries and what hangs on it.

All are append-only; what changes with time (superseded, replayed, waived) is counted by views. So a
publication is a few INSERTs, which can be repeated on a warehouse without transactions.
"""

from collections.abc import Callable

from onemart.clock import now
from onemart.errors import OnemartError
from onemart.warehouse.base import Warehouse

__all__ = ["SCHEMAS", "SCHEMA_VERSION", "TABLES", "kinds_of", "prepare_ledger", "take_turn"]

SCHEMAS = ("raw", "quarantine", "ops", "landing")

TABLES = {
    "delivery_log": {
        "delivery_id": "varchar not null primary key",
        "published_seq": "bigint not null",
        "source": "varchar not null",
        "feed": "varchar not null",
        "kind": "varchar not null",
        "status": "varchar not null",
        "reason_code": "varchar",
        "reason": "varchar",
        "file_name": "varchar not null",
        "file_path": "varchar",
        "sha256": "varchar",
        "bytes": "bigint",
        "file_columns": "varchar[]",
        "records_delivered": "bigint not null",
        "records_accepted": "bigint not null",
        "records_quarantined": "bigint not null",
        "records_rejected": "bigint not null",
        "records_unreadable": "bigint not null",
        "records_moved": "bigint not null",
        "control_delivered": "money not null",
        "control_accepted": "money not null",
        "control_quarantined": "money not null",
        "control_rejected": "money not null",
        "control_moved": "money not null",
        "control_released": "money not null",
        "original_delivery_id": "varchar",
        "duplicate_of": "varchar",
        "declared_order": "varchar",
        "last_day": "date",
        "warnings": "varchar[]",
        "started_at": "timestamp not null",
        "finished_at": "timestamp not null",
        "contract_version": "varchar not null",
        "project_version": "varchar not null",
    },
    "delivery_periods": {
        "delivery_id": "varchar not null",
        "source": "varchar not null",
        "feed": "varchar not null",
        "period": "varchar not null",
        "records": "bigint not null",
        "control_amount": "money not null",
    },
    "superseded_lines": {
        "source": "varchar not null",
        "feed": "varchar not null",
        "delivery_id": "varchar not null",
        "line": "bigint not null",
        "control_amount": "money not null",
        "superseded_by": "varchar not null",
    },
    "touched_days": {
        "delivery_id": "varchar not null",
        "published_seq": "bigint not null",
        "source": "varchar not null",
        "feed": "varchar not null",
        "day": "date not null",
    },
    "validation_results": {
        "delivery_id": "varchar not null",
        "source": "varchar not null",
        "feed": "varchar not null",
        "rule": "varchar not null",
        "expectation": "varchar not null",
        "contract_line": "integer",
        "severity": "varchar not null",
        "success": "boolean not null",
        "unexpected_count": "bigint",
        "observed": "varchar",
        "checked_by": "varchar not null",
    },
    "validation_documents": {
        "delivery_id": "varchar not null",
        "document": "json not null",
    },
    "model_builds": {
        "model_name": "varchar not null",
        "published_seq": "bigint not null",
        "built_at": "timestamp not null",
    },
}

_MOVED = ("records_moved", "control_moved", "control_released")
"""Of replays and waivers; the view shows them with the delivery that they belong to."""


def kinds_of(table: str) -> dict[str, str]:
    """Return the types of a table's columns by name."""
    return {column: kind.split(" ")[0] for column, kind in TABLES[table].items()}


def _create_tables_and_views(warehouse: Warehouse) -> None:
    for table, columns in TABLES.items():
        warehouse.create_table("ops", table, columns)
    for view, query in _views(warehouse).items():
        warehouse.run(f"create or replace view {warehouse.table('ops', view)} as {query}")


def _views(warehouse: Warehouse) -> dict[str, str]:
    log = warehouse.table("ops", "delivery_log")
    periods = warehouse.table("ops", "delivery_periods")
    lines = warehouse.table("ops", "superseded_lines")
    current_periods = warehouse.table("ops", "current_periods")
    superseded = warehouse.table("ops", "superseded_deliveries")
    shown = ", ".join(f"log.{column}" for column in TABLES["delivery_log"] if column not in _MOVED)
    bigint, money = warehouse.dialect.type("bigint"), warehouse.dialect.type("money")
    return {
        "current_periods": f"""
            select source, feed, period, delivery_id
            from (
                select
                    periods.source,
                    periods.feed,
                    periods.period,
                    periods.delivery_id,
                    row_number() over (
                        partition by periods.source, periods.feed, periods.period
                        order by log.declared_order desc nulls last, log.published_seq desc
                    ) as place
                from {periods} as periods
                inner join {log} as log on periods.delivery_id = log.delivery_id
            ) as ranked
            where place = 1
        """,
        "superseded_deliveries": f"""
            select delivery_id, sum(records) as records, sum(control_amount) as control_amount
            from (
                select periods.delivery_id, periods.records, periods.control_amount
                from {periods} as periods
                left join {current_periods} as current_periods
                    on periods.source = current_periods.source
                    and periods.feed = current_periods.feed
                    and periods.period = current_periods.period
                    and periods.delivery_id = current_periods.delivery_id
                where current_periods.delivery_id is null
                union all
                select delivery_id, 1 as records, control_amount from {lines}
            ) as superseded
            group by delivery_id
        """,
        "deliveries": f"""
            with moved as (
                select
                    original_delivery_id,
                    sum(case when kind = 'replay' then records_moved else 0 end)
                        as records_replayed,
                    sum(case when kind = 'replay' then control_moved else 0 end)
                        as control_replayed,
                    sum(case when kind = 'waiver' then records_moved else 0 end) as records_waived,
                    sum(case when kind = 'waiver' then control_moved else 0 end) as control_waived,
                    sum(records_moved) as records_released,
                    sum(control_released) as control_released
                from {log}
                where original_delivery_id is not null
                group by original_delivery_id
            )
            select
                {shown},
                cast(coalesce(superseded.records, 0) as {bigint}) as records_superseded,
                cast(coalesce(moved.records_replayed, 0) as {bigint}) as records_replayed,
                cast(coalesce(moved.records_waived, 0) as {bigint}) as records_waived,
                cast(coalesce(superseded.control_amount, 0) as {money}) as control_superseded,
                cast(coalesce(moved.control_replayed, 0) as {money}) as control_replayed,
                cast(coalesce(moved.control_waived, 0) as {money}) as control_waived,
                cast(log.records_quarantined - coalesce(moved.records_released, 0) as {bigint})
                    as records_open,
                cast(log.control_quarantined - coalesce(moved.control_released, 0) as {money})
                    as control_open
            from {log} as log
            left join {superseded} as superseded on log.delivery_id = superseded.delivery_id
            left join moved on log.delivery_id = moved.original_delivery_id
        """,
    }


def _say_who_decided(warehouse: Warehouse) -> None:
    """Let a quarantined line name the replay or waiver that decided on it."""
    for table in warehouse.tables("quarantine"):
        if "decided_by" not in warehouse.columns("quarantine", table):
            varchar = warehouse.dialect.type("varchar")
            warehouse.run(
                f"alter table {warehouse.table('quarantine', table)}"
                f" add column decided_by {varchar}"
            )


def _let_publications_take_turns(warehouse: Warehouse) -> None:
    """Create the table of one row that every publication changes."""
    warehouse.create_table("ops", "publication_turn", {"published_seq": "bigint not null"})
    with warehouse.publication():
        take_turn(warehouse, 0)


_MIGRATIONS: tuple[Callable[[Warehouse], None], ...] = (
    _create_tables_and_views,
    _say_who_decided,
    _let_publications_take_turns,
)
"""One a version, never changed once released, in steps that may be repeated; the next is added."""

SCHEMA_VERSION = len(_MIGRATIONS)


def take_turn(warehouse: Warehouse, published_seq: int) -> None:
    """Change the row that all publications change, in the publication that has this number.

    BigQuery lets two transactions append to the same tables at one moment, each blind to the other.
    Of two that change a row, it breaks one off.
    """
    warehouse.run(
        f"merge into {warehouse.table('ops', 'publication_turn')} as turn"
        f" using (select {published_seq} as published_seq) as taken on true"
        " when matched then update set published_seq = taken.published_seq"
        " when not matched then insert (published_seq) values (taken.published_seq)"
    )


def prepare_ledger(warehouse: Warehouse) -> None:
    """Create the gate's schemas and bring the tables of `ops` to this version.

    Raises
    ------
    OnemartError
        If a newer Onemart wrote this warehouse.
    """
    for schema in SCHEMAS:
        warehouse.create_schema(schema)
    kinds = {"version": "integer", "migrated_at": "timestamp"}
    warehouse.create_table("ops", "schema_version", kinds)
    versions = warehouse.table("ops", "schema_version")
    version = warehouse.value(f"select coalesce(max(version), 0) as version from {versions}")
    if version > SCHEMA_VERSION:
        raise OnemartError(
            f"The warehouse has ops tables of version {version}, this Onemart knows"
            f" {SCHEMA_VERSION}.",
            "Update the clone.",
        )
    for number, migrate in enumerate(_MIGRATIONS[version:], version + 1):
        migrate(warehouse)
        row = {"version": number, "migrated_at": now()}
        with warehouse.publication():
            warehouse.insert_rows(versions, kinds, [row], instead_of=f"version = {number}")
