"""A delivery's records, typed; those with a field out of its lexical form are bad lines."""

from collections.abc import Mapping

from onemart.feeds.contract_sql import spelled
from onemart.feeds.delivery import Delivery
from onemart.warehouse.base import Warehouse

__all__ = ["BAD_COLUMNS", "LONGEST_SHOWN", "create_lines", "out_of_form", "type_lines"]

BAD_COLUMNS = {"_line": "bigint", "reason": "varchar", "shown": "varchar"}
LONGEST_SHOWN = 60
"""Characters of a bad value that a reason shows."""


def type_lines(warehouse: Warehouse, delivery: Delivery) -> None:
    """Cast the lines of the delivery's text table."""
    contract, dialect = delivery.contract, warehouse.dialect
    text = delivery.text(warehouse)
    typed = {}
    for column in contract.columns:
        name = dialect.name(column.name)
        typed[column.name] = (
            column.type.cast(name, dialect),
            column.type.is_defective(name, dialect),
        )
    create_lines(warehouse, delivery, text, typed, line="_line", defect="_defect")
    lines = delivery.lines(warehouse)
    if not warehouse.value(f"select count(*) as bad from {lines} where not _is_readable"):
        return
    null = dialect.value(None, "varchar")
    selects = [f"select _line, _defect, {null} as shown from {text} where _defect is not null"]
    for column in contract.columns:
        _, defective = typed[column.name]
        if defective != "false":
            selects.append(
                f"select _line, {dialect.literal(out_of_form(column.name, column.type.form))},"
                f" left({dialect.name(column.name)}, {LONGEST_SHOWN}) from {text}"
                f" where _line in (select _line from {lines} where not _is_readable)"
                f" and _defect is null and {defective}"
            )
    warehouse.append(delivery.bad(warehouse), list(BAD_COLUMNS), " union all ".join(selects))


def out_of_form(column: str, form: str) -> str:
    """Return the reason why a line is bad whose field lacks its lexical form."""
    return f"column {column} is not {form}"


def create_lines(
    warehouse: Warehouse,
    delivery: Delivery,
    source: str,
    typed: Mapping[str, tuple[str, str]],
    *,
    line: str,
    defect: str,
) -> None:
    """Type the lines of `source`, which are all readable where nothing has to be checked.

    Then they are read in place: a Parquet file in the contract's own types is as good as a table,
    and stays as it is while it is at the gate.

    Parameters
    ----------
    typed : Mapping
        By column: its value, and the predicate that it lacks its lexical form.
    line, defect : str
        The line's number, and what is wrong with the line as a whole, empty if nothing can be.
    """
    dialect = warehouse.dialect
    checks = [f"not {defective}" for _, defective in typed.values() if defective != "false"]
    if defect:
        checks.append(f"{defect} is null")
    readable = " and ".join(checks) or "true"
    values = ", ".join(
        f"{cast} as {dialect.name(column)}"
        if defective == "false"
        else f"case when {defective} then null else {cast} end as {dialect.name(column)}"
        for column, (cast, defective) in typed.items()
    )
    columns = ", ".join(map(dialect.name, typed))
    control = spelled(delivery.contract.deliveries.control_total or "null", dialect)
    warehouse.run(
        f"""
        create {"table" if checks else "view"} {delivery.lines(warehouse)} as
        select
            _line,
            _is_readable,
            {columns},
            cast({control} as {dialect.type("money")}) as _control
        from (
            select {line} as _line, {readable} as _is_readable, {values} from {source}
        ) as typed
        """
    )
    warehouse.run(
        f"create view {delivery.readable(warehouse)} as"
        f" select _line, {columns} from {delivery.lines(warehouse)} where _is_readable"
    )
    warehouse.create_table("landing", delivery.bad_table, BAD_COLUMNS)
