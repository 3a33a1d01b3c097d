"""BigQuery as a shop's warehouse: the datasets of one prefix in one project."""

import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from google.api_core.exceptions import NotFound
from google.cloud import bigquery

from onemart.errors import OnemartError, StatementError, UsageError
from onemart.project import Shop
from onemart.warehouse.base import Warehouse
from onemart.warehouse.bigquery_client import connect, told
from onemart.warehouse.bigquery_dialect import BigqueryDialect, bind, numeric_type
from onemart.warehouse.bigquery_errors import explain_bigquery
from onemart.warehouse.profile import Target

if TYPE_CHECKING:
    from onemart.feeds.bucket import Bucket

__all__ = ["BigqueryWarehouse", "bigquery_type", "open_bigquery"]

_ASK_SECONDS = 30.0
_PUBLICATION_SECONDS = 600.0
_PREFIX = re.compile("[a-z][a-z0-9_]*")
_STATEMENT = tuple[str, tuple[int, str] | None]
_MOST_CLUSTERS = 4
# Texts, quoted names and longer paths stay as they are.
_OF_SCHEMA = re.compile(
    r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`(?:\.\w+)*|[\w-]+\.\w+\.\w+"""
    r"""|\b(raw|quarantine|ops|reference|staging|intermediate|science|marts)\.(\w+)"""
)
# What stands before and in the service's own words when it comes by way of SQLAlchemy.
_ADDRESS = re.compile(r"^\(google\S+\) |[0-9]{3} (GET|POST) \S+: ")
_WITH_VALUE = re.compile(
    r"(Bad \w+ value|Could not \w+( \w+)*|Invalid \w+( \w+)*|\w+ out of range|Out of range \w+):.*"
)


def bigquery_type(kind: pa.DataType) -> str:
    """Return BigQuery's name for an Arrow type; a timestamp without zone is UTC."""
    if pa.types.is_decimal(kind):
        return numeric_type(kind.precision, kind.scale)
    for is_kind, name in (
        (pa.types.is_integer, "int64"),
        (pa.types.is_floating, "float64"),
        (pa.types.is_boolean, "bool"),
        (pa.types.is_date, "date"),
        (pa.types.is_timestamp, "timestamp"),
        (pa.types.is_binary, "bytes"),
        (pa.types.is_large_binary, "bytes"),
    ):
        if is_kind(kind):
            return name
    return "string"


@contextmanager
def open_bigquery(target: Target, shop: Shop) -> Iterator["BigqueryWarehouse"]:
    """Open the shop's datasets.

    Raises
    ------
    OnemartError
        If BigQuery refuses: no credentials, no such project, no permission.
    """
    lacks: frozenset[str] = frozenset()
    if target.name == "emulator":
        from onemart.warehouse.emulator import LACKS  # noqa: PLC0415

        lacks = LACKS
    client = connect(target)
    warehouse = BigqueryWarehouse(client, target, shop.name, lacks=lacks)
    try:
        warehouse.check()
        yield warehouse
    finally:
        client.close()  # type: ignore[no-untyped-call]


class BigqueryWarehouse(Warehouse):
    """The datasets `<prefix>_raw`, `<prefix>_ops` and so on.

    Parameters
    ----------
    client : google.cloud.bigquery.Client
        Signed in; its location is that of the datasets.
    shop : str
        The label of all jobs.
    lacks : frozenset of str
        What the service cannot do: empty but for the emulator.
    """

    refusals = (StatementError,)

    def __init__(
        self,
        client: bigquery.Client,
        target: Target,
        shop: str,
        *,
        lacks: frozenset[str] = frozenset(),
    ) -> None:
        self.client = client
        self.target = target
        self.prefix = str(target.settings["dataset"])
        self.dialect: BigqueryDialect = BigqueryDialect(client.project, self.prefix)
        self.lacks = lacks
        self._labels: dict[str, str] = {}
        self._held: list[_STATEMENT] | None = None
        self.label(shop=shop)

    def check(self) -> None:
        """See at once, and not after minutes of loading, that somebody may work here.

        Raises
        ------
        OnemartError
            If BigQuery does not let this account in, or the datasets are in another location.
        """
        if not _PREFIX.fullmatch(self.prefix):
            raise UsageError(
                f"ONEMART_BIGQUERY_DATASET is '{self.prefix}'.",
                "Use lowercase letters, digits and underscores, and begin with a letter.",
            )
        with self._explained():
            patience = bigquery.DEFAULT_RETRY.with_timeout(_ASK_SECONDS)
            next(iter(self.client.list_datasets(max_results=1, retry=patience)), None)
        self._is_there("raw")
        if "transactions" not in self.lacks:
            self._await_publications()

    def _await_publications(self) -> None:
        """Let the scripts end that a killed run has sent: the ledger knows them only then."""
        mine = {"onemart_shop": self._labels["onemart_shop"], "onemart_step": "publish"}
        with self._explained():
            for job in self.client.list_jobs(state_filter="running"):
                if isinstance(job, bigquery.QueryJob) and mine.items() <= job.labels.items():
                    # How it ended is for the ledger to say.
                    job.exception(timeout=_PUBLICATION_SECONDS)  # type: ignore[no-untyped-call]

    def landing_bucket(self, shop: Shop) -> "Bucket | None":
        """Return the bucket that ONEMART_BIGQUERY_LANDING names, if any."""
        address = os.environ.get("ONEMART_BIGQUERY_LANDING")
        if not address:
            return None
        from google.cloud import storage  # noqa: PLC0415

        from onemart.feeds.bucket import open_bucket  # noqa: PLC0415

        signed_in = self.client._credentials  # noqa: SLF001  (there is no other way to them)
        return open_bucket(shop, address, storage.Client(self.client.project, signed_in))

    def label(self, **labels: str) -> None:
        """Say what the next jobs are for; BigQuery's bill can be read by these labels."""
        self._labels |= {f"onemart_{name}": _label(value) for name, value in labels.items()}
        # The client's own, so that they hold for Great Expectations, too.
        config = bigquery.QueryJobConfig(labels=dict(self._labels), use_legacy_sql=False)
        if limit := int(self.target.settings.get("maximum_bytes_billed") or 0):
            config.maximum_bytes_billed = limit
        self.client.default_query_job_config = config

    def run(self, sql: str, parameters: Sequence[Any] | None = None) -> None:
        """Run a statement for its effect; `?` stands for a parameter."""
        if self._held is None:
            self._query(sql, parameters)
        else:
            # A script has its parameters in its text.
            literals = [self.dialect.literal(value) for value in parameters or ()]
            self._held.append((bind(sql, literals), None))

    def dicts(self, sql: str, parameters: Sequence[Any] | None = None) -> list[dict[str, Any]]:
        """Return all rows of a query that gives few; timestamps are in UTC, without a zone."""
        with self._explained():
            found = self._query(sql, parameters)
            return [{name: _plain(value) for name, value in row.items()} for row in found]

    def arrow(self, sql: str) -> pa.Table:
        """Return all rows of a query that gives few, with the types of their columns."""
        with self._explained():
            return self._query(sql).to_arrow(create_bqstorage_client=False)

    def head(self, sql: str, most: int) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return the columns of somebody's query, and at most so many of its rows.

        As in a DuckDB file, `marts.dim_products` is a table of this shop.
        """
        with self._explained():
            found = self._query(_OF_SCHEMA.sub(self._of_shop, sql), max_results=most)
            rows = [tuple(map(_plain, row.values())) for row in found]
            return [field.name for field in found.schema], rows

    def _of_shop(self, found: re.Match[str]) -> str:
        return self.table(found[1], found[2]) if found[1] else found[0]

    def _query(
        self, sql: str, parameters: Sequence[Any] | None = None, **more: Any
    ) -> bigquery.table.RowIterator:
        bound, left = [], []
        for value in parameters or ():
            # A parameter has a type, which a missing value does not tell.
            bound.append("null" if value is None else "?")
            left += [] if value is None else [_parameter(value)]
        config = bigquery.QueryJobConfig()
        if left:
            config.query_parameters = left
        with self._explained():
            sql = bind(sql, bound) if "null" in bound else sql
            return self.client.query_and_wait(sql, job_config=config, **more)

    def _explained(self) -> Any:
        return explain_bigquery(told(self.target))

    def place(self, schema: str) -> str:
        """Say to a person where a schema is."""
        return f"{self.client.project}, dataset {self._dataset(schema)}"

    def create_schema(self, schema: str) -> None:
        """Create a dataset where it is missing, in the target's location.

        Raises
        ------
        OnemartError
            If it exists in another location.
        """
        if not self._is_there(schema):
            dataset = bigquery.Dataset(f"{self.client.project}.{self._dataset(schema)}")
            dataset.location = self.client.location
            dataset.labels = {"onemart_shop": self._labels["onemart_shop"]}
            with self._explained():
                self.client.create_dataset(dataset, exists_ok=True)

    def _is_there(self, schema: str) -> bool:
        with self._explained():
            try:
                found = self.client.get_dataset(self._dataset(schema))
            except NotFound as error:
                if "Not found: Dataset" not in str(error):
                    raise
                return False
        wanted = self.client.location
        if wanted and found.location.lower() != wanted.lower():
            raise OnemartError(
                f"Dataset {found.full_dataset_id} is in {found.location}, target"
                f" {self.target.name} says {wanted}.",
                f"Set ONEMART_BIGQUERY_LOCATION={found.location}, or name another prefix in"
                " ONEMART_BIGQUERY_DATASET.",
            )
        return True

    def _dataset(self, schema: str) -> str:
        return f"{self.prefix}_{schema}"

    def tables(self, schema: str) -> dict[str, str]:
        """Return the tables of a schema: by name, `table` or `view`."""
        with self._explained():
            try:
                found = list(self.client.list_tables(self._dataset(schema)))
            except NotFound:
                return {}
        return {table.table_id: table.table_type.lower() for table in found}

    def columns(self, schema: str, table: str) -> dict[str, str]:
        """Return the columns of a table by name, with their types as `Dialect.type` names them."""
        found = self._described(schema, table)
        return {field.name: _type_of(field) for field in found.schema} if found else {}

    def _described(self, schema: str, table: str) -> bigquery.Table | None:
        with self._explained():
            try:
                return self.client.get_table(f"{self._dataset(schema)}.{table}")
            except NotFound:
                return None

    def create_table(
        self,
        schema: str,
        table: str,
        columns: Mapping[str, str],
        *,
        day: str | None = None,
        cluster: Sequence[str] = (),
    ) -> None:
        """Create a table where it is missing, partitioned by day and clustered."""
        spelled = ", ".join(
            f"{self.dialect.name(name)} {self._definition(kind)}" for name, kind in columns.items()
        )
        kind = self.dialect.type(columns[day].split()[0]) if day else ""
        layout = self._layout(day, kind, cluster[:_MOST_CLUSTERS])
        self.run(f"create table if not exists {self.table(schema, table)} ({spelled}){layout}")

    def _layout(self, day: str | None, kind: str, cluster: Sequence[str]) -> str:
        """Spell how a table is partitioned, by a column of type `kind`, and clustered."""
        layout = ""
        if day:
            column = self.dialect.name(day)
            layout = (
                f" partition by {column if kind == 'date' else f'timestamp_trunc({column}, day)'}"
            )
        if cluster:
            layout += f" cluster by {', '.join(map(self.dialect.name, cluster))}"
        return layout

    def _definition(self, kind: str) -> str:
        """Spell a column's type; a primary key is none that BigQuery would enforce."""
        kind = kind.removesuffix(" primary key")
        required = kind.endswith(" not null")
        name = self.dialect.type(kind.removesuffix(" not null"))
        # A list is never null there, so it cannot be declared so.
        return name + (" not null" if required and not name.startswith("array<") else "")

    def change_type(self, schema: str, table: str, column: str, kind: str) -> None:
        """Widen the type of a column; a number becomes text by writing the table anew."""
        target, wanted = self.table(schema, table), self.dialect.type(kind)
        name = self.dialect.name(column)
        found = self._described(schema, table)
        if found is None:
            raise OnemartError(f"There is no table {target}.", "Run this again.")
        there = {field.name: _type_of(field) for field in found.schema}
        if there[column] == wanted:
            return
        if wanted == "string" or "alter_type" in self.lacks:
            day = found.time_partitioning.field if found.time_partitioning else None
            layout = self._layout(day, there.get(str(day), ""), found.clustering_fields or ())
            values = ", ".join(
                f"cast({self.dialect.name(c)} as {wanted}) as {name}"
                if c == column
                else self.dialect.name(c)
                for c in there
            )
            self.run(f"create or replace table {target}{layout} as select {values} from {target}")
        else:
            self.run(f"alter table {target} alter column {name} set data type {wanted}")

    def load(
        self, schema: str, table: str, batches: Iterator[pa.RecordBatch], columns: pa.Schema
    ) -> int:
        """Create a table by a load job and return its rows."""
        kinds = [(field.name, bigquery_type(field.type)) for field in columns]
        if "parquet_loads" in self.lacks:
            given = self._load_packed(schema, table, batches, kinds)
        else:
            given = self._load_parquet(schema, table, batches, columns, kinds)
        there = self.value(f"select count(*) as n from {self.table(schema, table)}")
        if there != given:
            self.run(f"drop table {self.table(schema, table)}")
            raise OnemartError(
                f"{given} rows were loaded into {self.table(schema, table)}, it holds {there}.",
                "It was dropped again; nothing was published. Run this again.",
            )
        return given

    def _load_parquet(
        self,
        schema: str,
        table: str,
        batches: Iterator[pa.RecordBatch],
        columns: pa.Schema,
        kinds: Sequence[tuple[str, str]],
    ) -> int:
        written = pa.schema([(field.name, _zoned(field.type)) for field in columns])
        given = 0
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "rows.parquet"
            with pq.ParquetWriter(path, written) as file:
                for batch in batches:
                    given += batch.num_rows
                    file.write_table(pa.Table.from_batches([batch]).cast(written))
            self._load_file(schema, table, path, kinds, bigquery.SourceFormat.PARQUET)
        return given

    def _load_packed(
        self,
        schema: str,
        table: str,
        batches: Iterator[pa.RecordBatch],
        kinds: Sequence[tuple[str, str]],
    ) -> int:
        """Load what the emulator takes, and let SQL make the table of it."""
        from onemart.warehouse.emulator import pack, unpack_sql  # noqa: PLC0415

        packs, given = f"{table}__packs", 0
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "rows.csv"
            with path.open("wb") as file:
                for line, rows in pack(batches):
                    file.write(line)
                    given += rows
            if given:
                self._load_file(schema, packs, path, [("pack", "string")], "CSV")
        if given:
            query = unpack_sql(self.table(schema, packs), kinds, self.dialect)
            self.run(f"create or replace table {self.table(schema, table)} as {query}")
            self.run(f"drop table {self.table(schema, packs)}")
        else:
            spelled = ", ".join(f"{self.dialect.name(name)} {kind}" for name, kind in kinds)
            self.run(f"create or replace table {self.table(schema, table)} ({spelled})")
        return given

    def _load_file(
        self, schema: str, table: str, path: Path, kinds: Sequence[tuple[str, str]], form: str
    ) -> None:
        config = bigquery.LoadJobConfig(
            schema=[bigquery.SchemaField(name, kind.upper()) for name, kind in kinds],
            source_format=form,
            write_disposition=bigquery.WriteDisposition.WRITE_TRUNCATE,
            labels=dict(self._labels),
        )
        with self._explained(), path.open("rb") as file:
            self.client.load_table_from_file(
                file, f"{self._dataset(schema)}.{table}", job_config=config
            ).result()

    def append(self, into: str, columns: Sequence[str], query: str) -> int:
        """Insert the rows of a query at once, and return how many."""
        names = ", ".join(map(self.dialect.name, columns))
        return int(self._query(f"insert into {into} ({names}) {query}").num_dml_affected_rows or 0)

    @contextmanager
    def publication(self) -> Iterator[None]:
        """Hold the block's statements back to its end, and send them as one transaction."""
        self._held = []
        try:
            yield
            held = self._held
        finally:
            self._held = None
        if "transactions" in self.lacks:
            for sql, expectation in held:
                self._send_single(sql, expectation)
        else:
            statements = ["begin transaction", *(sql for sql, _ in held), "commit transaction"]
            try:
                self._query(";\n".join(statements))
            except StatementError as error:
                raise self._broken_off(held, error) from error

    def _send_single(self, sql: str, expectation: tuple[int, str] | None) -> None:
        if expectation is None:
            self._query(sql)
            return
        expected, otherwise = expectation
        if (found := self.value(sql)) != expected:
            raise OnemartError(otherwise, f"{expected} were expected, {found} are there.")

    def _broken_off(self, held: Sequence[_STATEMENT], error: OnemartError) -> OnemartError:
        """Say of a failed script which expectation it did not meet, if it was that."""
        for _, expectation in held:
            if expectation and expectation[1] in error.what:
                return OnemartError(expectation[1], "Nothing was published.")
        return error

    def insert(
        self,
        into: str,
        columns: Sequence[str],
        query: str,
        *,
        instead_of: str | None,
        expected: int | None = None,
    ) -> None:
        """Insert the rows of a query, instead of those that a broken-off attempt may have left."""
        if instead_of is not None and "transactions" in self.lacks:
            # The emulator has no DELETE either. In a transaction of the real service there is
            # nothing to replace, and a MERGE would be billed for all of the table.
            self.run(
                f"merge into {into} as target using (select 1 as one) as source on false"
                f" when not matched by source and {instead_of} then delete"
            )
        names = ", ".join(map(self.dialect.name, columns))
        self.run(f"insert into {into} ({names}) {query}")
        if expected is not None:
            self.expect(
                f"select count(*) as n from {into} where {instead_of}",
                expected,
                f"{into} does not hold the {expected} rows that were written to it.",
            )

    def expect(self, query: str, expected: int, otherwise: str) -> None:
        """Break the publication off with a message unless the query's one number is as expected."""
        if self._held is None:
            self._send_single(query, (expected, otherwise))
        elif "transactions" in self.lacks:
            self._held.append((query, (expected, otherwise)))
        else:
            told = self.dialect.literal(otherwise)
            self._held.append((f"assert ({query}) = {expected} as {told}", (expected, otherwise)))

    def without_values(self, message: str) -> str:
        """Return an error's first line without values of the data, which may be personal."""
        told = _ADDRESS.sub("", super().without_values(message))
        return _WITH_VALUE.sub(r"\1 (not shown, it may be personal)", told)


def _label(value: str) -> str:
    """Spell a value as a label: lowercase letters, digits, dashes, at most 63 of them."""
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in value.lower())[:63]


def _parameter(value: Any) -> Any:
    parameter: Any = bigquery.ScalarQueryParameter
    if isinstance(value, list | tuple):
        return bigquery.ArrayQueryParameter(None, "STRING", list(value))
    if isinstance(value, datetime):
        value = value.replace(tzinfo=UTC) if value.tzinfo is None else value
    for kind, name in (
        (bool, "BOOL"),
        (int, "INT64"),
        (float, "FLOAT64"),
        (Decimal, "NUMERIC"),
        (datetime, "TIMESTAMP"),
        (date, "DATE"),
        (bytes, "BYTES"),
    ):
        if isinstance(value, kind):
            return parameter(None, name, value)
    return parameter(None, "STRING", str(value))


def _plain(value: Any) -> Any:
    """Return a value as DuckDB would give it: timestamps in UTC without saying so."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    return value


def _type_of(field: bigquery.SchemaField) -> str:
    legacy = {"INTEGER": "int64", "FLOAT": "float64", "BOOLEAN": "bool"}
    name = legacy.get(field.field_type, field.field_type.lower())
    if field.precision is not None:
        name += f"({field.precision}, {field.scale or 0})"
    return f"array<{name}>" if field.mode == "REPEATED" else name


def _zoned(kind: pa.DataType) -> pa.DataType:
    """Say of a timestamp that it is UTC: without a zone, BigQuery takes it for a DATETIME."""
    return pa.timestamp("us", "UTC") if pa.types.is_timestamp(kind) else kind
