"""Put recorded BigQuery jobs through GoogleSQL's own analyzer, in order.

Runs in the analyzer's environment: `.venv-googlesql/bin/python scripts/analyze_googlesql.py JOBS
VERDICTS`. Both are JSON Lines; each job of the emulator's log gets one verdict. Tables, views and
loads become known as they are created, so each statement sees the columns of those before it.

The analyzer is a WebAssembly module that takes 40 seconds to compile; it is compiled once a machine
and kept in the user's cache. So are the statements that it accepted: a run pays for what is new.
"""

import argparse
import ctypes
import hashlib
import json
import os
import platform
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import wasmtime
import zetasql
from google.protobuf.message import DecodeError
from zetasql.core.exceptions import ServerError
from zetasql.core.wasm_client import WasmClient, get_tzinfo_dir
from zetasql.wasi import get_wasm_path
from zetasql.wasi._pb2.zetasql.local_service import local_service_pb2 as service
from zetasql.wasi._pb2.zetasql.proto import options_pb2, simple_catalog_pb2
from zetasql.wasi._pb2.zetasql.public import options_pb2 as modes
from zetasql.wasi._pb2.zetasql.public import type_pb2

# The names that BigQuery gives to types beside GoogleSQL's own: in SQL, and in the API's schemas.
INTEGER_NAMES = ("int", "smallint", "integer", "bigint", "tinyint", "byteint")
API_TYPES = {"INTEGER": "INT64", "FLOAT": "DOUBLE", "FLOAT64": "DOUBLE", "BOOLEAN": "BOOL"}
# What two statements may differ in and yet be the same to the analyzer: texts, and numbers that
# are compared with or cast (lengths and digits of types are none of them). The first kind is part
# of a name, that of a delivery.
LITERAL = re.compile(r"""\b(d_[0-9a-f]{16})|'(?:[^'\\\n]|\\.)*'|(?<== )\d+\b|(?<=\()\d+(?= as )""")
WORD = re.compile(r"\w+")
# Names of a shop and of its deliveries, where neither matters; no SQL has such words.
SHOP, DELIVERY = "_«shop»_", "«delivery {}»"
MOST_REGISTERED = 50
MOST_KEPT = 50_000

Name = tuple[str, ...]
Columns = dict[str, Any]


class Analyzer(WasmClient):  # type: ignore[misc]
    """GoogleSQL's analyzer, loaded from the compiled module where one is kept."""

    def __init__(self) -> None:
        wasi = wasmtime.WasiConfig()
        wasi.preopen_dir(get_tzinfo_dir(), "/usr/share/zoneinfo")
        config = wasmtime.Config()
        config.shared_memory = True
        engine = wasmtime.Engine(config)
        self.store = wasmtime.Store(engine)
        self.store.set_wasi(wasi)
        linker = wasmtime.Linker(engine)
        linker.define_wasi()
        self.exports = linker.instantiate(self.store, compiled_module(engine)).exports(self.store)
        self.exports["_initialize"](self.store)
        self.memory = self.exports["memory"]
        self.language = self._language()

    def write_bytes(self, ptr: int, data: bytes) -> None:
        """Copy `data` into the module at once; the inherited loop copies byte by byte."""
        ctypes.memmove(self._address(ptr), data, len(data))

    def read_bytes(self, ptr: int, size: int) -> bytes:
        """Copy bytes out of the module at once."""
        return ctypes.string_at(self._address(ptr), size)

    def _address(self, ptr: int) -> int:
        return ctypes.addressof(self.memory.data_ptr().contents) + ptr

    def ask(self, method: str, request: Any, answer: Callable[..., Any]) -> Any:
        """Call a method of the analyzer's local service."""
        return self.call_grpc_func(f"ZetaSqlLocalService_{method}", request, answer)

    def _language(self) -> Any:
        request = service.LanguageOptionsRequest(maximum_features=True)
        language = self.ask("GetLanguageOptions", request, options_pb2.LanguageOptionsProto)
        language.product_mode = modes.PRODUCT_EXTERNAL
        # An empty list allows statements of every kind.
        del language.supported_statement_kinds[:]
        if "QUALIFY" not in language.reserved_keywords:
            language.reserved_keywords.append("QUALIFY")
        return language


def compiled_module(engine: wasmtime.Engine) -> wasmtime.Module:
    """Return the analyzer's module from the cache, else compile it and keep it there."""
    kept = cache_folder() / f"googlesql-{zetasql.__version__}-{platform.machine()}.cwasm"
    try:
        return wasmtime.Module.deserialize_file(engine, str(kept))
    except wasmtime.WasmtimeError:
        # Not there, or from another wasmtime, or for another processor.
        module = wasmtime.Module.from_file(engine, str(get_wasm_path()))
    try:
        keep(kept, module.serialize())
    except OSError as problem:
        print(f"GoogleSQL's analyzer is compiled anew each time: {problem}")
    return module


def cache_folder() -> Path:
    """Return where files are kept from run to run."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "onemart"


def keep(path: Path, data: bytes) -> None:
    """Write a file at once; another process may be at it, too, and whoever comes last replaces it.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as unfinished:
        unfinished.write(data)
    Path(unfinished.name).replace(path)


class Catalog:
    """The tables and views known so far, with their columns.

    The analyzer is told the tables that a statement names, no more: it would read all of them
    again with each that is new.
    """

    def __init__(self, analyzer: Analyzer) -> None:
        self.analyzer = analyzer
        self.tables: dict[Name, Columns] = {}
        # Their columns in a form that can be compared and written down.
        self.shapes: dict[Name, str] = {}
        self.registered: dict[Any, int] = {}

    def put(self, path: Name, columns: Columns) -> None:
        """Make `path` known with its columns."""
        self.tables[path] = columns
        self.shapes[path] = " ".join(
            f"{name}:{kind.SerializeToString().hex()}" for name, kind in columns.items()
        )

    def drop(self, path: Name) -> None:
        """Forget `path`."""
        self.tables.pop(path, None)
        self.shapes.pop(path, None)

    def change(self, path: Name, shape: str | None) -> None:
        """Make `path` known with the columns written down, or forget it."""
        if shape is None:
            self.drop(path)
        else:
            columns = (column.rsplit(":", 1) for column in shape.split())
            parse = type_pb2.TypeProto.FromString
            self.put(path, {name: parse(bytes.fromhex(kind)) for name, kind in columns})

    def named(self, job: dict[str, Any]) -> list[Name]:
        """Return the tables that a job may mean."""
        words = {*WORD.findall(job["sql"]), job["default_dataset"]}
        return sorted(path for path in self.tables if path[2] in words and path[1] in words)

    def id(self, job: dict[str, Any]) -> int:
        """Return the number of a catalog in which the analyzer knows what a job names."""
        paths, default_dataset = self.named(job), job["default_dataset"]
        key = default_dataset, tuple((path, self.shapes[path]) for path in paths)
        number = self.registered.pop(key, None)
        if number is None:
            message = self._message(paths, default_dataset)
            request = service.RegisterCatalogRequest(simple_catalog=message)
            answer = self.analyzer.ask("RegisterCatalog", request, service.RegisterResponse)
            number = answer.registered_id
        # The one that was used last stands last.
        self.registered[key] = number
        if len(self.registered) > MOST_REGISTERED:
            self._unregister(self.registered.pop(next(iter(self.registered))))
        return number

    def _unregister(self, number: int) -> None:
        request = service.UnregisterRequest(registered_id=number)
        self.analyzer.ask("UnregisterCatalog", request, service.RegisterResponse)

    def _message(self, paths: list[Name], default_dataset: str | None) -> Any:
        root = simple_catalog_pb2.SimpleCatalogProto(name="root")
        root.builtin_function_options.language_options.CopyFrom(self.analyzer.language)
        for name in INTEGER_NAMES:
            root.named_type.add(name=name).type.type_kind = type_pb2.TYPE_INT64
        folders: dict[Name, Any] = {(): root}
        for path in paths:
            for folder in (path[:1], path[:2], path[1:2]):
                if folder not in folders:
                    folders[folder] = folders[folder[:-1]].catalog.add(name=folder[-1])
            # `project`.`dataset`.`table` and `project.dataset.table` are the same to BigQuery, and
            # so is `dataset`.`table`, because all jobs are of one project.
            homes = [(folders[path[:2]], path[2]), (folders[path[1:2]], path[2])]
            homes.append((root, ".".join(path)))
            if path[1] == default_dataset:
                homes.append((root, path[2]))
            for home, name in homes:
                table = home.table.add(name=name, full_name=".".join(path))
                for column, kind in self.tables[path].items():
                    table.column.add(name=column, type=kind, is_writable_column=True)
        return root


class Memory:
    """What accepted statements do, by their words and the columns of what they name.

    A second run, another delivery or another shop repeats most of the first: the same words about
    the same columns, in other places.
    """

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        # Other code may see other columns, so it remembers on its own.
        code = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]
        self.path = cache_folder() / f"googlesql-{zetasql.__version__}-{code}.json"
        try:
            self.known = json.loads(self.path.read_text("utf-8"))
        except (OSError, ValueError):
            self.known = {}

    def judged(self, job: dict[str, Any]) -> dict[str, Any]:
        """Return the verdict on a query, and let the catalog know what it created.

        `is_known` tells whether it was remembered, from this run or an earlier one.
        """
        places = [job["shop"], *dict.fromkeys(LITERAL.findall(job["sql"]))]
        words = LITERAL.sub(lambda found: found[1] or "?", job["sql"])
        default = job["default_dataset"] or ""
        named = {".".join(path): self.catalog.shapes[path] for path in self.catalog.named(job)}
        told = written([words, default, job["error"] is None, named])
        key = hashlib.sha256(alike(told, places).encode()).hexdigest()
        if key not in self.known:
            verdict, changes = self._asked(job)
            if verdict["accepted"]:
                self.known[key] = json.loads(alike(written([verdict, changes]), places))
            return {**verdict, "is_known": False}
        # What was used last stands last.
        found = self.known[key] = self.known.pop(key)
        verdict, changes = json.loads(unlike(written(found), places))
        for path, columns in changes.items():
            self.catalog.change(tuple(path.split(".")), columns)
        return {**verdict, "is_known": True}

    def _asked(self, job: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str | None]]:
        """Return the analyzer's verdict and the shapes of the tables that the job changed."""
        before = dict(self.catalog.shapes)
        verdict = judged(self.catalog.analyzer, self.catalog, job)
        after = self.catalog.shapes
        return verdict, {
            ".".join(path): after.get(path)
            for path in {**before, **after}
            if before.get(path) != after.get(path)
        }

    def keep(self) -> None:
        """Let later runs know, too."""
        newest = dict(list(self.known.items())[-MOST_KEPT:])
        try:
            keep(self.path, json.dumps(newest).encode())
        except OSError as problem:
            print(f"GoogleSQL's analyzer looks at everything each time: {problem}")


def written(value: Any) -> str:
    """Return a value as JSON with all letters as they are."""
    return json.dumps(value, ensure_ascii=False)


def alike(words: str, places: list[str]) -> str:
    """Return words as they would be in any shop, about any delivery."""
    shop, *deliveries = places
    for number, delivery in enumerate(filter(None, deliveries)):
        words = words.replace(delivery, DELIVERY.format(number))
    return words.replace(f"_{shop}_", SHOP) if shop else words


def unlike(words: str, places: list[str]) -> str:
    """Return words as they are in these places."""
    shop, *deliveries = places
    for number, delivery in enumerate(filter(None, deliveries)):
        words = words.replace(DELIVERY.format(number), delivery)
    return words.replace(SHOP, f"_{shop}_")


def loaded(catalog: Catalog, job: dict[str, Any]) -> dict[str, Any]:
    """Return the verdict on a load job, and let the catalog know its table."""
    columns = {
        column["name"]: api_type(column["type"], column.get("mode"))
        for column in job["load"]["schema"]
    }
    if job["error"] is None:
        catalog.put(tuple(job["load"]["table"].split(".")), columns)
    return {"accepted": True, "kinds": ["load"], "writes": [job["load"]["table"]]}


def judged(analyzer: Analyzer, catalog: Catalog, job: dict[str, Any]) -> dict[str, Any]:
    """Return the analyzer's verdict on a query, and let the catalog know what it created."""
    kinds, writes = [], []
    try:
        for kind, statement in resolved(analyzer, catalog, job):
            kinds.append(kind)
            path = apply(catalog, kind, statement, job) if job["error"] is None else None
            if path:
                writes.append(".".join(path))
            elif kind in {"insert", "merge"}:
                writes.append(statement.table_scan.table.full_name)
    except ServerError as refusal:
        return {"accepted": False, "message": refusal.message, "kinds": kinds, "writes": writes}
    except DecodeError as problem:
        # BigQuery has a limit of its own, which it does not tell.
        message = f"too deeply nested, cut it into parts ({problem})"
        return {"accepted": False, "message": message, "kinds": kinds, "writes": writes}
    return {"accepted": True, "kinds": kinds, "writes": writes}


def resolved(
    analyzer: Analyzer, catalog: Catalog, job: dict[str, Any]
) -> Iterator[tuple[str, Any]]:
    """Yield kind and resolved form of each statement of a script, one after the other."""
    script = job["sql"].rstrip().rstrip(";")
    length = len(script.encode())
    # What is bound is not in the log; the gate's parameters are question marks.
    options = options_pb2.AnalyzerOptionsProto(
        language_options=analyzer.language,
        allow_undeclared_parameters=True,
        prune_unused_columns=True,
        parameter_mode=modes.PARAMETER_POSITIONAL,
        error_message_mode=modes.ERROR_MESSAGE_ONE_LINE,
    )
    request = service.AnalyzeRequest(options=options)
    request.parse_resume_location.input = script
    request.parse_resume_location.byte_position = 0
    while request.parse_resume_location.byte_position < length:
        request.registered_catalog_id = catalog.id(job)
        answer = analyzer.ask("Analyze", request, service.AnalyzeResponse)
        yield innermost(answer.resolved_statement)
        request.parse_resume_location.byte_position = answer.resume_byte_position


def apply(catalog: Catalog, kind: str, statement: Any, job: dict[str, Any]) -> Name | None:
    """Do to the catalog what the statement does to the warehouse; return the path it creates."""
    if kind in {"create_table", "create_table_as_select", "create_view"}:
        path = whole_path(inherited(statement, "name_path"), job)
        if kind == "create_view":
            outputs = inherited(statement, "output_column_list")
            columns = {output.name: output.column.type for output in outputs}
        else:
            definitions = inherited(statement, "column_definition_list")
            columns = {definition.name: definition.type for definition in definitions}
        if "if not exists" not in job["sql"].lower() or path not in catalog.tables:
            catalog.put(path, columns)
        return path
    if kind == "drop":
        catalog.drop(whole_path(statement.name_path, job))
    if kind == "alter_table":
        path = whole_path(inherited(statement, "name_path"), job)
        columns = dict(catalog.tables.get(path, {}))
        for action in inherited(statement, "alter_action_list"):
            change, detail = innermost(action)
            if change == "add_column_action":
                columns.setdefault(detail.column_definition.name, detail.column_definition.type)
            elif change == "drop_column_action":
                columns.pop(detail.name, None)
        catalog.put(path, columns)
    return None


def innermost(message: Any) -> tuple[str, Any]:
    """Return the message that nested unions hold, and what it is called there."""
    kind = ""
    while message.DESCRIPTOR.oneofs:
        kind = message.WhichOneof("node")
        message = getattr(message, kind)
    return kind.removeprefix("resolved_").removesuffix("_node").removesuffix("_stmt"), message


def inherited(message: Any, field: str) -> Any:
    """Return a field of a message, or of the messages that it extends."""
    while field not in message.DESCRIPTOR.fields_by_name:
        message = message.parent
    return getattr(message, field)


def whole_path(segments: Any, job: dict[str, Any]) -> Name:
    """Return project, dataset and table of a name that may leave out the first two."""
    return (job["project"], job["default_dataset"] or "", *".".join(segments).split("."))[-3:]


def api_type(name: str, mode: str | None) -> Any:
    """Return the analyzer's type for one in a load job's schema."""
    name = API_TYPES.get(name.upper(), name.upper())
    kind = type_pb2.TypeProto(type_kind=getattr(type_pb2, f"TYPE_{name}"))
    if (mode or "").upper() != "REPEATED":
        return kind
    array = type_pb2.TypeProto(type_kind=type_pb2.TYPE_ARRAY)
    array.array_type.element_type.CopyFrom(kind)
    return array


def main() -> None:
    """Read jobs, write verdicts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("jobs", type=Path, help="the emulator's log, JSON Lines")
    parser.add_argument("verdicts", type=Path, help="one line of JSON for each job")
    options = parser.parse_args()
    catalog = Catalog(Analyzer())
    memory = Memory(catalog)
    with options.jobs.open() as jobs, options.verdicts.open("w") as verdicts:
        for line in jobs:
            began, job = time.perf_counter(), json.loads(line)
            verdict = loaded(catalog, job) if "load" in job else memory.judged(job)
            verdict["seconds"] = time.perf_counter() - began
            verdicts.write(json.dumps(verdict) + "\n")
    memory.keep()


if __name__ == "__main__":
    main()
