"""The tables of `ops`: the ledger of deliveries and what hangs on it.

All are append-only; what changes with time (superseded, replayed, waived) is counted by views. So a
publication is a few INSERTs, which can be repeated on a warehouse without transactions.
"""

from onemart.errors import OnemartError
from onemart.feeds.warehouse import Warehouse

__all__ = ["SCHEMAS", "SCHEMA_VERSION", "prepare_ledger"]

SCHEMAS = ("raw", "quarantine", "ops", "landing")

# One entry a version, never changed once released; the next version is the next entry.
_MIGRATIONS: tuple[str, ...] = (
    """
    create table ops.delivery_log (
        delivery_id varchar not null primary key,
        published_seq bigint not null,
        source varchar not null,
        feed varchar not null,
        kind varchar not null,
        status varchar not null,
        reason_code varchar,
        reason varchar,
        file_name varchar not null,
        file_path varchar,
        sha256 varchar,
        bytes bigint,
        file_columns varchar[],
        records_delivered bigint not null,
        records_accepted bigint not null,
        records_quarantined bigint not null,
        records_rejected bigint not null,
        records_unreadable bigint not null,
        records_moved bigint not null,
        control_delivered decimal(38, 6) not null,
        control_accepted decimal(38, 6) not null,
        control_quarantined decimal(38, 6) not null,
        control_rejected decimal(38, 6) not null,
        control_moved decimal(38, 6) not null,
        control_released decimal(38, 6) not null,
        original_delivery_id varchar,
        duplicate_of varchar,
        declared_order varchar,
        last_day date,
        warnings varchar[],
        started_at timestamp not null,
        finished_at timestamp not null,
        contract_version varchar not null,
        project_version varchar not null
    );
    create table ops.delivery_periods (
        delivery_id varchar not null,
        source varchar not null,
        feed varchar not null,
        period varchar not null,
        records bigint not null,
        control_amount decimal(38, 6) not null
    );
    create table ops.superseded_lines (
        source varchar not null,
        feed varchar not null,
        delivery_id varchar not null,
        line bigint not null,
        control_amount decimal(38, 6) not null,
        superseded_by varchar not null
    );
    create table ops.touched_days (
        delivery_id varchar not null,
        published_seq bigint not null,
        source varchar not null,
        feed varchar not null,
        day date not null
    );
    create table ops.validation_results (
        delivery_id varchar not null,
        source varchar not null,
        feed varchar not null,
        rule varchar not null,
        expectation varchar not null,
        contract_line integer,
        severity varchar not null,
        success boolean not null,
        unexpected_count bigint,
        observed varchar,
        checked_by varchar not null
    );
    create table ops.validation_documents (
        delivery_id varchar not null,
        document json not null
    );
    create table if not exists ops.model_builds (
        model_name varchar not null,
        published_seq bigint not null,
        built_at timestamp not null
    );
    create view ops.current_periods as
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
        from ops.delivery_periods as periods
        inner join ops.delivery_log as log on periods.delivery_id = log.delivery_id
    )
    where place = 1;
    create view ops.superseded_deliveries as
    select delivery_id, sum(records) as records, sum(control_amount) as control_amount
    from (
        select periods.delivery_id, periods.records, periods.control_amount
        from ops.delivery_periods as periods
        left join ops.current_periods as current_periods
            on periods.source = current_periods.source
            and periods.feed = current_periods.feed
            and periods.period = current_periods.period
            and periods.delivery_id = current_periods.delivery_id
        where current_periods.delivery_id is null
        union all
        select delivery_id, 1 as records, control_amount from ops.superseded_lines
    )
    group by delivery_id;
    create view ops.deliveries as
    with moved as (
        select
            original_delivery_id,
            sum(case when kind = 'replay' then records_moved else 0 end) as records_replayed,
            sum(case when kind = 'replay' then control_moved else 0 end) as control_replayed,
            sum(case when kind = 'waiver' then records_moved else 0 end) as records_waived,
            sum(case when kind = 'waiver' then control_moved else 0 end) as control_waived,
            sum(records_moved) as records_released,
            sum(control_released) as control_released
        from ops.delivery_log
        where original_delivery_id is not null
        group by original_delivery_id
    )
    select
        log.* exclude (records_moved, control_moved, control_released),
        cast(coalesce(superseded.records, 0) as bigint) as records_superseded,
        cast(coalesce(moved.records_replayed, 0) as bigint) as records_replayed,
        cast(coalesce(moved.records_waived, 0) as bigint) as records_waived,
        cast(coalesce(superseded.control_amount, 0) as decimal(38, 6)) as control_superseded,
        cast(coalesce(moved.control_replayed, 0) as decimal(38, 6)) as control_replayed,
        cast(coalesce(moved.control_waived, 0) as decimal(38, 6)) as control_waived,
        cast(log.records_quarantined - coalesce(moved.records_released, 0) as bigint)
            as records_open,
        cast(log.control_quarantined - coalesce(moved.control_released, 0) as decimal(38, 6))
            as control_open
    from ops.delivery_log as log
    left join ops.superseded_deliveries as superseded on log.delivery_id = superseded.delivery_id
    left join moved on log.delivery_id = moved.original_delivery_id;
    """,
)

SCHEMA_VERSION = len(_MIGRATIONS)


def prepare_ledger(warehouse: Warehouse) -> None:
    """Create the gate's schemas and bring the tables of `ops` to this version.

    Raises
    ------
    OnemartError
        If a newer Onemart wrote this warehouse.
    """
    for schema in SCHEMAS:
        warehouse.run(f"create schema if not exists {schema}")
    warehouse.run(
        "create table if not exists ops.schema_version (version integer, migrated_at timestamp)"
    )
    version = warehouse.value("select coalesce(max(version), 0) from ops.schema_version")
    if version > SCHEMA_VERSION:
        raise OnemartError(
            f"The warehouse has ops tables of version {version}, this Onemart knows"
            f" {SCHEMA_VERSION}.",
            "Update the clone.",
        )
    for number, migration in enumerate(_MIGRATIONS[version:], version + 1):
        with warehouse.transaction():
            warehouse.run(migration)
            warehouse.run(
                "insert into ops.schema_version values (?, now() at time zone 'UTC')", [number]
            )
