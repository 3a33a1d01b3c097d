"""A feed's data contract: one ODCS v3 file, read and checked.

The standard has no place for how deliveries relate to each other, so that stands in the contract's
custom property `deliveries`; CONTRIBUTING.md explains each of its keys.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import duckdb
import pydantic
import yaml
from jsonschema import Draft201909Validator
from jsonschema.exceptions import best_match
from open_data_contract_standard.model import (
    OpenDataContractStandard,
    SchemaObject,
    SchemaProperty,
    Server,
)

from onemart.errors import ContractError
from onemart.feeds.column_types import ColumnType, column_type
from onemart.feeds.rules import COMPARED_AS, LINE_RULES, TABLE_RULES, Rule, unexpected_lines
from onemart.feeds.yaml_lines import YamlFile, YamlPath
from onemart.warehouse.duckdb_dialect import DuckdbDialect, name

__all__ = [
    "Column",
    "Contract",
    "Deliveries",
    "Schedule",
    "contract_files",
    "load_contract",
    "load_contracts",
]

RELATIONS = ("append", "upsert", "replacePeriod", "fullSnapshot")
FORMATS = ("csv", "jsonl", "parquet")
DUPLICATES = ("keepFirst", "keepLast", "keepNone")
COMPLETE = ("renamed", "marker", "quiet")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_HOURS = {"h": 1, "hour": 1, "hours": 1, "d": 24, "day": 24, "days": 24}
DEFAULT_MAX_BAD_SHARE = 0.05


@dataclass(frozen=True)
class Column:
    """One column of a feed, as the contract describes it."""

    name: str
    type: ColumnType
    required: bool
    unique: bool
    classification: str
    description: str
    hashed: bool
    is_event_date: bool


@dataclass(frozen=True)
class Deliveries:
    """How the files of a feed arrive and relate to each other.

    Attributes
    ----------
    relation : str
        append: rows add up. upsert: the latest row of a key counts. replacePeriod: the latest
        delivery of a period counts. fullSnapshot: the latest delivery counts.
    file_name : re.Pattern or None
        What file names look like; its named groups are the period and the order.
    period_column, period_group : str or None
        The column, or the group of the file name, that holds the period.
    order_column, order_group : str or None
        The column, or the group of the file name, that orders deliveries; else arrival does.
    duplicates : str
        Which line of a key counts inside a file: keepFirst, keepLast or keepNone.
    complete : str
        How a file is known to be whole: renamed (no temporary suffix), marker (a second file with
        `marker_suffix` lies beside it) or quiet (unchanged for `quiet_seconds`).
    max_bad_share : float
        Above this share of bad lines (0..1) the whole file is rejected.
    control_total : str or None
        SQL over the columns: the money of a line, reconciled from the file to the mart.
    """

    relation: str
    file_name: re.Pattern[str] | None
    period_column: str | None
    period_group: str | None
    order_column: str | None
    order_group: str | None
    duplicates: str
    complete: str
    marker_suffix: str
    quiet_seconds: float
    max_bad_share: float
    control_total: str | None


@dataclass(frozen=True)
class Schedule:
    """Hours between deliveries, and hours of grace after which one is late."""

    every_hours: float
    grace_hours: float


@dataclass(frozen=True)
class Contract:
    """Everything the gate knows about a feed."""

    path: Path
    source: str
    feed: str
    version: str
    description: str
    owner: str
    format: str
    encoding: str
    delimiter: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rules: tuple[Rule, ...]
    deliveries: Deliveries
    schedule: Schedule

    @property
    def id(self) -> str:
        """`<source>.<feed>`, as in messages."""
        return f"{self.source}.{self.feed}"

    @property
    def table(self) -> str:
        """`<source>__<feed>`, the name of its tables."""
        return f"{self.source}__{self.feed}"

    @cached_property
    def event_date(self) -> Column | None:
        """The column that dates an event, if rows are events."""
        return next((column for column in self.columns if column.is_event_date), None)

    def where(self, line: int) -> str:
        """Return the contract's file and `line`, as messages name them."""
        return f"{self.path.parent.parent.name}/{self.source}/{self.feed}.yml:{line}"


class _Reader:
    """Reads one file; every complaint names its line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.yaml = YamlFile(path)
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else 1
            problem = getattr(error, "problem", None) or error
            raise ContractError(f"{self._place(line)}: not readable as YAML: {problem}.") from error

    def _place(self, line: int) -> str:
        folder = self.path.parent
        return f"{folder.parent.name}/{folder.name}/{self.path.name}:{line}"

    def wrong(self, where: YamlPath, what: str, todo: str = "") -> ContractError:
        return ContractError(f"{self._place(self.yaml.line(where))}: {what}", todo)

    def standard(self) -> OpenDataContractStandard:
        if not isinstance(self.yaml.content, dict):
            raise self.wrong((), "the file is empty or no mapping.", "Start from another contract.")
        # YAML turns 2017-01-01 into a date, which JSON schema does not know.
        content = json.loads(json.dumps(self.yaml.content, default=str))
        error = best_match(_standard_schema().iter_errors(content))
        if error is not None:
            where = tuple(error.absolute_path)
            raise self.wrong(where, f"not a valid ODCS contract: {error.message}.")
        try:
            return OpenDataContractStandard.model_validate(content)
        except pydantic.ValidationError as invalid:
            first = invalid.errors()[0]
            what = f"not a valid ODCS contract: {first['msg']}."
            raise self.wrong(first["loc"], what) from invalid

    def mapping(self, where: YamlPath, value: Any) -> dict[str, Any]:
        if value is not None and not isinstance(value, dict):
            raise self.wrong(
                where, f"{where[-1]} is a mapping, not {value!r}.", "See CONTRIBUTING."
            )
        return value or {}

    def choice(self, where: YamlPath, value: Any, choices: tuple[str, ...]) -> str:
        if value not in choices:
            raise self.wrong(where, f"{where[-1]} is {value!r}.", f"Use {', '.join(choices)}.")
        return str(value)


_SCHEMA: list[Draft201909Validator] = []


def _standard_schema() -> Draft201909Validator:
    if not _SCHEMA:
        _SCHEMA.append(Draft201909Validator(json.loads(OpenDataContractStandard.json_schema())))
    return _SCHEMA[0]


def load_contract(path: Path) -> Contract:
    """Read and check the contract in `path` (`expectations/<source>/<feed>.yml`).

    Raises
    ------
    ContractError
        If it is not ODCS, or says something that the gate cannot do; names file and line.
    """
    reader = _Reader(path)
    standard = reader.standard()
    source, feed = path.parent.name, path.stem
    for part in (source, feed):
        if not _NAME.fullmatch(part) or "__" in part:
            raise reader.wrong(
                (), f"'{part}' cannot name a source or feed.", "Use single_underscores, lowercase."
            )
    if standard.id != f"{source}.{feed}":
        raise reader.wrong(
            ("id",), f"id is {standard.id!r}.", f"Its place asks for {source}.{feed}."
        )
    if not standard.schema_ or len(standard.schema_) != 1:
        raise reader.wrong(("schema",), "a feed has exactly one schema object.")
    schema = standard.schema_[0]
    columns = tuple(_columns(reader, schema))
    names = {column.name for column in columns}
    server = _server(reader, standard)
    contract = Contract(
        path=path,
        source=source,
        feed=feed,
        version=str(standard.version),
        description=(schema.description or "").strip(),
        owner=_owner(reader, standard),
        format=server["format"],
        encoding=server["encoding"],
        delimiter=server["delimiter"],
        columns=columns,
        key=_key(schema),
        rules=tuple(_comparable(rule, columns) for rule in _rules(reader, schema, names)),
        deliveries=_deliveries(reader, standard, names),
        schedule=_schedule(reader, standard),
    )
    _check_relations(reader, contract)
    _check_control_total(reader, contract)
    return contract


def _server(reader: _Reader, standard: OpenDataContractStandard) -> dict[str, str]:
    if not standard.servers:
        raise reader.wrong((), "servers is missing.", "Say how files look: format, encoding, path.")
    server = standard.servers[0]
    where: YamlPath = ("servers", 0)
    delimiter = str(_custom(server).get("delimiter", ","))
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n':
        raise reader.wrong(where, f"delimiter is {delimiter!r}; it is one character.")
    encoding = (server.encoding or "UTF-8").upper()
    if encoding not in {"UTF-8", "ISO-8859-1", "WINDOWS-1252"}:
        raise reader.wrong(
            (*where, "encoding"), f"encoding is {encoding}.", "Use UTF-8, ISO-8859-1, Windows-1252."
        )
    format_name = reader.choice((*where, "format"), server.format, FORMATS)
    return {"format": format_name, "encoding": encoding, "delimiter": delimiter}


def _owner(reader: _Reader, standard: OpenDataContractStandard) -> str:
    team = standard.team
    name = team.name if team and not isinstance(team, list) else None
    if not name:
        raise reader.wrong(("team",), "team.name is missing.", "Name the owner of the feed.")
    return name


def _columns(reader: _Reader, schema: SchemaObject) -> Iterator[Column]:
    if not schema.properties:
        raise reader.wrong(("schema", 0), "properties is missing.", "List the columns of the feed.")
    seen: set[str] = set()
    for index, column in enumerate(schema.properties):
        where: YamlPath = ("schema", 0, "properties", index)
        name = column.name or ""
        if name.lower() in seen:
            raise reader.wrong(where, f"column {name!r} is there twice (case does not count).")
        if not name or name.startswith("_") or '"' in name:
            raise reader.wrong(where, f"{name!r} cannot name a column: no quotes, no leading '_'.")
        seen.add(name.lower())
        options = column.logicalTypeOptions or {}
        try:
            kind = column_type(
                column.logicalType or "string",
                column.physicalType,
                with_zone=bool(options.get("timezone")),
            )
        except ValueError as error:
            raise reader.wrong(where, f"column {name}: {error}.") from error
        if not column.description:
            raise reader.wrong(where, f"column {name} has no description.", "Say what it holds.")
        classification = (column.classification or "internal").lower()
        custom = _custom(column)
        yield Column(
            name=name,
            type=kind,
            required=bool(column.required or column.primaryKey),
            unique=bool(column.unique),
            classification=classification,
            description=" ".join(column.description.split()),
            hashed=classification == "pii" and bool(custom.get("hashed", True)),
            is_event_date=bool(column.partitioned),
        )


def _custom(part: SchemaProperty | Server | OpenDataContractStandard) -> dict[str, Any]:
    return {str(item.property): item.value for item in part.customProperties or []}


def _key(schema: SchemaObject) -> tuple[str, ...]:
    columns = [column for column in schema.properties or [] if column.primaryKey]
    columns.sort(key=lambda column: column.primaryKeyPosition or 0)
    return tuple(str(column.name) for column in columns)


def _rules(reader: _Reader, schema: SchemaObject, names: set[str]) -> Iterator[Rule]:
    """Yield the rules that columns imply, then those the contract states."""
    for index, column in enumerate(schema.properties or []):
        where: YamlPath = ("schema", 0, "properties", index)
        if column.required or column.primaryKey:
            yield _implied(reader, where, "not_be_null", {"column": column.name})
        if column.unique:
            yield _implied(reader, where, "be_unique", {"column": column.name})
        for position, quality in enumerate(column.quality or []):
            given = {"column": column.name}
            yield _rule(reader, (*where, "quality", position), quality.model_dump(), given, names)
    for position, quality in enumerate(schema.quality or []):
        yield _rule(reader, ("schema", 0, "quality", position), quality.model_dump(), {}, names)


def _implied(reader: _Reader, where: YamlPath, what: str, kwargs: dict[str, Any]) -> Rule:
    return Rule(
        name=f"{kwargs['column']}: values to {what.replace('_', ' ')}",
        type=f"expect_column_values_to_{what}",
        kwargs=kwargs,
        severity="error",
        line=reader.yaml.line(where),
        history={},
    )


def _comparable(rule: Rule, columns: Sequence[Column]) -> Rule:
    """Let a rule on a day and a time compare times; DuckDB would do so by itself."""
    pair = {rule.kwargs.get("column_A"), rule.kwargs.get("column_B")}
    kinds = {column.type.kind for column in columns if column.name in pair}
    if kinds != {"date", "timestamp"}:
        return rule
    return replace(rule, kwargs={**rule.kwargs, COMPARED_AS: "timestamp"})


def _rule(
    reader: _Reader,
    where: YamlPath,
    quality: dict[str, Any],
    given: dict[str, Any],
    names: set[str],
) -> Rule:
    if quality["type"] != "custom" or quality["engine"] != "greatExpectations":
        raise reader.wrong(
            where, "a rule needs type: custom and engine: greatExpectations.", "See CONTRIBUTING."
        )
    body = quality["implementation"]
    if not isinstance(body, dict) or "type" not in body:
        raise reader.wrong(where, "implementation is a mapping with type and kwargs.")
    stated = reader.mapping((*where, "implementation", "kwargs"), body.get("kwargs"))
    kind, kwargs = body["type"], {**given, **stated}
    known = [*LINE_RULES, *sorted(TABLE_RULES)]
    if kind not in known:
        raise reader.wrong(
            (*where, "implementation", "type"),
            f"{kind} is not a rule of the gate.",
            f"Use one of {', '.join(known)}.",
        )
    columns = [kwargs[key] for key in ("column", "column_A", "column_B") if key in kwargs]
    for column in [*columns, *kwargs.get("column_list", [])]:
        if column not in names:
            raise reader.wrong(
                (*where, "implementation"), f"the rule names {column!r}, which is not a column."
            )
    if "mostly" in kwargs:
        raise reader.wrong(
            (*where, "implementation"),
            "mostly has no meaning here: every line that breaks the rule goes to quarantine.",
            "Set the feed's maxBadShare, or give the rule severity: warning.",
        )
    if "row_condition" in kwargs or None in (kwargs.get("value_set") or []):
        raise reader.wrong(
            (*where, "implementation"),
            "row_condition, and null in value_set, have no meaning here.",
            "State an unexpected_rows_expectation with the condition.",
        )
    custom = {item["property"]: item["value"] for item in quality["customProperties"] or []}
    rule = Rule(
        name=quality["name"] or _describe(kind, kwargs),
        type=kind,
        kwargs=kwargs,
        severity=reader.choice(
            (*where, "severity"), quality["severity"] or "error", ("error", "warning")
        ),
        line=reader.yaml.line(where),
        history=custom.get("history") or {},
    )
    if rule.is_about_lines:
        try:
            unexpected_lines(rule, "delivery", DuckdbDialect())
        except (ValueError, TypeError, AttributeError) as error:
            raise reader.wrong((*where, "implementation"), f"{kind} {error}.") from error
    return rule


def _describe(kind: str, kwargs: Mapping[str, Any]) -> str:
    subject = kwargs.get("column") or ", ".join(kwargs.get("column_list", [])) or "file"
    what = re.sub(r"^expect_(compound_)?(columns?_|table_)?|_expectation$", "", kind)
    return f"{subject}: {what.replace('_', ' ')}"


def _deliveries(reader: _Reader, standard: OpenDataContractStandard, names: set[str]) -> Deliveries:
    custom = _custom(standard)
    where: YamlPath = ("customProperties",)
    told = custom.get("deliveries")
    if not isinstance(told, dict):
        raise reader.wrong(where, "the custom property deliveries is missing.", "See CONTRIBUTING.")
    where = _deliveries_place(reader)
    known = {
        "relation", "fileName", "period", "order", "duplicates", "complete", "maxBadShare",
        "controlTotal",
    }  # fmt: skip
    for key in told:
        if key not in known:
            raise reader.wrong(
                (*where, key), f"deliveries has no key {key!r}.", f"Use {', '.join(sorted(known))}."
            )
    try:
        pattern = re.compile(str(told["fileName"])) if told.get("fileName") else None
    except re.error as error:
        raise reader.wrong((*where, "fileName"), f"not a regular expression: {error}.") from error
    groups = set(pattern.groupindex) if pattern else set()
    places = {}
    for key in ("period", "order"):
        place = reader.mapping((*where, key), told.get(key))
        column, group = place.get("column"), place.get("fileName")
        if column and column not in names:
            raise reader.wrong((*where, key), f"{key} names {column!r}, which is not a column.")
        if group and group not in groups:
            raise reader.wrong((*where, key), f"{key} names {group!r}, not a group of fileName.")
        places[key] = (column, group)
    complete = reader.mapping((*where, "complete"), told.get("complete"))
    seconds = complete.get("seconds", 60)
    if not isinstance(seconds, int | float):
        raise reader.wrong((*where, "complete"), f"seconds is {seconds!r}; it is a number.")
    share = told.get("maxBadShare", DEFAULT_MAX_BAD_SHARE)
    if not isinstance(share, int | float) or not 0 <= share <= 1:
        raise reader.wrong((*where, "maxBadShare"), f"maxBadShare is {share!r}; it is from 0 to 1.")
    return Deliveries(
        relation=reader.choice((*where, "relation"), told.get("relation"), RELATIONS),
        file_name=pattern,
        period_column=places["period"][0],
        period_group=places["period"][1],
        order_column=places["order"][0],
        order_group=places["order"][1],
        duplicates=reader.choice(
            (*where, "duplicates"), told.get("duplicates", "keepFirst"), DUPLICATES
        ),
        complete=reader.choice((*where, "complete"), complete.get("when", "renamed"), COMPLETE),
        marker_suffix=str(complete.get("suffix", ".ok")),
        quiet_seconds=float(seconds),
        max_bad_share=float(share),
        control_total=told.get("controlTotal"),
    )


def _schedule(reader: _Reader, standard: OpenDataContractStandard) -> Schedule:
    hours = {}
    for index, item in enumerate(standard.slaProperties or []):
        if item.property in {"frequency", "latency"}:
            unit = str(item.unit or "d").lower()
            if unit not in _HOURS or not isinstance(item.value, int | float):
                raise reader.wrong(
                    ("slaProperties", index), f"{item.property} needs a number and unit h or d."
                )
            hours[item.property] = float(item.value) * _HOURS[unit]
    if "frequency" not in hours:
        raise reader.wrong(
            ("slaProperties",), "the schedule is missing.", "Add frequency, and latency for grace."
        )
    return Schedule(hours["frequency"], hours.get("latency", hours["frequency"]))


def _check_control_total(reader: _Reader, contract: Contract) -> None:
    """Compute it over no rows, so that a misspelt column is told here and not by a delivery."""
    total = contract.deliveries.control_total
    if total is None:
        return
    columns = ", ".join(
        f"cast(null as {column.type.kind}) as {name(column.name)}" for column in contract.columns
    )
    try:
        with duckdb.connect() as connection:
            connection.execute(
                f"select cast(sum({total}) as decimal(38, 6)) from (select {columns}) where false"
            )
    except duckdb.Error as error:
        what = f"controlTotal {total!r} is no amount: {str(error).splitlines()[0]}."
        where: YamlPath = (*_deliveries_place(reader), "controlTotal")
        raise reader.wrong(where, what, "It is SQL over the columns of a line.") from error


def _deliveries_place(reader: _Reader) -> YamlPath:
    properties = reader.yaml.content["customProperties"]
    index = next(i for i, item in enumerate(properties) if item["property"] == "deliveries")
    return ("customProperties", index, "value")


def _check_relations(reader: _Reader, contract: Contract) -> None:
    told = contract.deliveries
    where: YamlPath = ("customProperties",)
    if told.relation == "upsert" and not contract.key:
        raise reader.wrong(where, "relation upsert needs a primary key.", "Mark it in properties.")
    if told.relation == "replacePeriod" and not (told.period_column or told.period_group):
        raise reader.wrong(where, "relation replacePeriod needs a period.", "A column or fileName.")
    if told.order_column and told.relation != "upsert":
        raise reader.wrong(
            where,
            f"relation {told.relation} puts whole deliveries in order, which a column cannot do.",
            "Name a group of fileName.",
        )
    names = [column.name.lower() for column in contract.columns]
    for column in contract.columns:
        if column.hashed and f"{column.name}_hmac".lower() in names:
            raise reader.wrong(
                ("schema", 0, "properties", names.index(f"{column.name}_hmac".lower())),
                f"{column.name}_hmac is the name of the hash that the gate adds to {column.name}.",
                "Name the column otherwise.",
            )


def contract_files(folder: Path) -> list[Path]:
    """Return the contract files below `folder`, sorted."""
    return sorted(path for path in folder.glob("*/*.yml") if not path.name.startswith("_"))


@lru_cache(maxsize=1024)
def _load_once(path: Path, _modified_ns: int, _size: int) -> Contract:
    """Read a contract again only after it changed: to check forty of them takes 3 s."""
    return load_contract(path)


def load_contracts(folder: Path) -> tuple[list[Contract], list[ContractError]]:
    """Read every contract below `folder`; those that are wrong come back as errors."""
    contracts: list[Contract] = []
    errors: list[ContractError] = []
    for path in contract_files(folder):
        try:
            told = path.stat()
            contracts.append(_load_once(path, told.st_mtime_ns, told.st_size))
        except ContractError as error:
            errors.append(error)
    return contracts, errors
