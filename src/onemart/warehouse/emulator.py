"""What BigQuery's emulator cannot do, and how the project gets along with that.

The list of it is `emulator_lacks` in dbt_project.yml; the dbt project asks `lacks("grants")`,
Python asks LACKS. Nothing here runs on the real service.
"""

import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import yaml
from google.cloud import bigquery

from onemart.errors import OnemartError
from onemart.warehouse.bigquery_dialect import BigqueryDialect, bind

__all__ = ["LACKS", "InliningClient", "check_emulator", "pack", "unpack_sql"]

_PROJECT = Path(__file__).parents[3] / "dbt_project.yml"
LACKS: frozenset[str] = frozenset(
    yaml.safe_load(_PROJECT.read_text())["vars"]["emulator_lacks"] if _PROJECT.is_file() else ()
)

_NAMED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|@`?(\w+)`?|`[^`]*`""")
_ROWS_IN_A_PACK = 500
_NULL = "\\N"
# The backslash first here and last in reading: then no escape can be mistaken for another.
_ESCAPES = {"\\": "\\b", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\x1e": "\\e"}
_ANSWER_SECONDS = 10.0


class InliningClient(bigquery.Client):
    """Puts the parameters of a query into its text: the emulator takes none beside it."""

    def query(  # type: ignore[override]
        self, query: str, job_config: Any = None, **more: Any
    ) -> bigquery.QueryJob:
        """Start the query as a job."""
        query, job_config = _inlined(query, job_config)
        return super().query(query, job_config=job_config, **more)

    def query_and_wait(self, query: str, *, job_config: Any = None, **more: Any) -> Any:
        """Return the query's rows."""
        query, job_config = _inlined(query, job_config)
        return super().query_and_wait(query, job_config=job_config, **more)


def _inlined(query: str, config: Any) -> tuple[str, Any]:
    if config is None:
        return query, None
    parameters = config.query_parameters
    named = {parameter.name: _spelled(parameter) for parameter in parameters if parameter.name}
    if named:
        query = _NAMED.sub(lambda found: named.get(found[1], found[0]), query)
    elif parameters:
        query = bind(query, [_spelled(parameter) for parameter in parameters])
    told = config.to_api_repr()
    for key in ("queryParameters", "parameterMode"):
        told["query"].pop(key, None)
    return query, bigquery.QueryJobConfig.from_api_repr(told)


def _spelled(parameter: Any) -> str:
    """Spell a parameter; a text with its type, for unlike a literal it becomes no date."""
    literal = BigqueryDialect("", "").literal
    if isinstance(parameter, bigquery.ArrayQueryParameter):
        values = ", ".join(map(literal, parameter.values))
        return f"array<{parameter.array_type}>[{values}]"
    spelled = literal(parameter.value)
    return f"cast({spelled} as string)" if parameter.type_ == "STRING" else spelled


def check_emulator(endpoint: str) -> None:
    """See that the emulator runs; the client would go on asking for ten minutes.

    Raises
    ------
    OnemartError
        If nobody answers there.
    """
    try:
        urllib.request.urlopen(f"{endpoint}/_crucible/health", timeout=_ANSWER_SECONDS).close()  # noqa: S310
    except (OSError, ValueError) as error:
        told = getattr(error, "reason", error)
        raise OnemartError(
            f"No BigQuery emulator answers at {endpoint} ({told}).",
            "Start it with `make emulator`, or name its address in ONEMART_EMULATOR.",
        ) from error


def pack(batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[bytes, int]]:
    """Yield lines of a CSV file, each with the number of rows that it packs.

    The emulator takes CSV only, without line breaks in a field, and a hundred times longer for
    many rows than for few. So some hundred rows, escaped, are one field of one row.
    """
    for batch in batches:
        lines = pc.binary_join_element_wise(*map(_escaped, batch.columns), "\t").to_pylist()
        for start in range(0, len(lines), _ROWS_IN_A_PACK):
            rows = lines[start : start + _ROWS_IN_A_PACK]
            packed = "\x1e".join(rows).replace('"', '""')
            yield f'"{packed}"\n'.encode(), len(rows)


def _escaped(column: pa.Array) -> pa.Array:
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        column = pa.array(
            [None if value is None else value.hex() for value in column.to_pylist()], pa.string()
        )
    text = column.cast(pa.string())
    for letter, escape in _ESCAPES.items():
        text = pc.replace_substring(text, letter, escape)
    return text.fill_null(_NULL)


def unpack_sql(packs: str, columns: Sequence[tuple[str, str]], dialect: BigqueryDialect) -> str:
    """Return the query that gives the rows in the table `packs` their columns back.

    Parameters
    ----------
    columns : sequence of (str, str)
        Names and types, in the order of the file.
    """
    literal = dialect.literal
    selected = [
        f"{_unescaped(f'fields[safe_offset({place})]', kind, literal)} as {dialect.name(name)}"
        for place, (name, kind) in enumerate(columns)
    ]
    lines = f"unnest(split(packs.pack, {literal(chr(0x1E))}))"
    return (
        f"select {', '.join(selected)} from (select split(line, '\\t') as fields"
        f" from {packs} as packs cross join {lines} as line)"
    )


def _unescaped(field: str, kind: str, literal: Callable[[Any], str]) -> str:
    given = f"nullif({field}, {literal(_NULL)})"
    if kind == "bytes":
        return f"from_hex({given})"
    if kind != "string":
        return f"cast({given} as {kind})"
    for letter, escape in reversed(_ESCAPES.items()):
        given = f"replace({given}, {literal(escape)}, {literal(letter)})"
    # Most texts hold no escape, and looking for one is all that they cost.
    return f"if(strpos({field}, {literal(chr(92))}) = 0, {field}, {given})"
