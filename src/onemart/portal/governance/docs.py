"""dbt's documentation and the lineage of columns, each as one page that asks nothing of anybody.

dbt compiles the project once more for them, against an empty warehouse: what is shown is how a
model is first built, whatever a shop holds, and the shop's own file stays open to readers. The
tables and their columns are asked of the shop. All is kept until a model, test or column changes.
"""

import base64
import gzip
import hashlib
import json
import logging
import os
import re
import shutil
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from onemart.errors import OnemartError
from onemart.portal.governance.catalog import catalog
from onemart.portal.governance.erd import dbml
from onemart.warehouse import DEFAULT_TARGET

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onemart.portal.reading import Reading
    from onemart.project import Project, Shop

__all__ = ["Documents", "documents", "packed", "sealed", "slim_manifest"]

# A page that was written by another tool may run what it brings along, and fetch nothing.
_SEAL = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
    " script-src 'unsafe-inline' 'unsafe-eval' blob:; style-src 'unsafe-inline';"
    " img-src data: blob:; font-src data:; worker-src blob:; connect-src 'none'\">"
)
_ICON = re.compile(r"<link[^>]*favicon[^>]*>")
_TELEMETRY = re.compile(r"https://[a-z.]*posthog\.com")
_TOOLS = ("dbt-core", "dbt-colibri", "dbterd")
# Raised when these pages are written in another way.
_FORM = 2
# Eight megabytes each, mostly words that come again and again: a quarter of it when packed. Any
# browser of these years unpacks, also what it read from the disk.
_PACKED = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
__SEAL__
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>__TITLE__</title>
</head>
<body>
<p role="status">One moment, this page is being unpacked.</p>
<noscript><p>It needs JavaScript.</p></noscript>
<script type="text/plain" id="packed">__PAGE__</script>
<script>
(async () => {
  const text = atob(document.getElementById("packed").textContent);
  const bytes = Uint8Array.from(text, (one) => one.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const page = await new Response(stream).text();
  document.open();
  document.write(page);
  document.close();
})();
</script>
</body>
</html>
"""


@dataclass(frozen=True)
class Documents:
    """Files that other tools wrote.

    Attributes
    ----------
    dbt, lineage, dbml : pathlib.Path
        dbt's documentation, the lineage of columns, and the marts in DBML.
    without_lineage : tuple of str
        Models whose columns could not be followed.
    """

    dbt: Path
    lineage: Path
    dbml: Path
    without_lineage: tuple[str, ...]


def documents(reading: "Reading") -> Documents:
    """Return the documents of the shop; they are made anew only where something changed.

    Raises
    ------
    OnemartError
        If dbt cannot compile the project.
    """
    folder = reading.project.state / "governance" / reading.shop.name
    folder.mkdir(parents=True, exist_ok=True)
    there = catalog(reading.manifest, reading.warehouse)
    key = _key(reading.manifest, there)
    kept = folder / "key"
    made = Documents(
        folder / "dbt_docs.html", folder / "column_lineage.html", folder / "marts.dbml", ()
    )
    with FileLock(folder / "lock"):
        if not kept.is_file() or kept.read_text(encoding="utf-8") != key:
            kept.unlink(missing_ok=True)
            _make(reading, folder, there, made)
            kept.write_text(key, encoding="utf-8")
    failed = json.loads((folder / "without_lineage.json").read_text(encoding="utf-8"))
    return Documents(made.dbt, made.lineage, made.dbml, tuple(failed))


def _make(reading: "Reading", folder: Path, there: dict[str, Any], made: Documents) -> None:
    manifest = _compiled(reading.project, reading.shop, folder)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "catalog.json").write_text(json.dumps(there), encoding="utf-8")
    docs = _dbt_docs(manifest, there)
    made.dbt.write_text(packed(docs, "Documentation of every table"), encoding="utf-8")
    made.dbml.write_text(dbml(folder), encoding="utf-8")
    failed = _lineage(folder, made.lineage)
    (folder / "without_lineage.json").write_text(json.dumps(failed), encoding="utf-8")


def _key(manifest: Mapping[str, Any], there: Mapping[str, Any]) -> str:
    """Return what the documents hang on."""
    told = {
        kind: {
            name: {key: value for key, value in one.items() if key != "created_at"}
            for name, one in manifest[kind].items()
        }
        for kind in ("nodes", "sources", "macros", "exposures", "metrics", "groups", "unit_tests")
    }
    tables = {kind: there[kind] for kind in ("nodes", "sources")}
    tools = [version(tool) for tool in _TOOLS]
    text = json.dumps([_FORM, tools, tables, told], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _compiled(project: "Project", shop: "Shop", folder: Path) -> dict[str, Any]:
    """Return dbt's manifest with the SQL of each model as it is first built."""
    from dbt.cli.main import dbtRunner  # noqa: PLC0415  (takes seconds)

    root, work = str(project.root), folder / "dbt"
    work.mkdir(exist_ok=True)
    parsed = project.state / "semantic" / "partial_parse.msgpack"
    if parsed.is_file():
        shutil.copyfile(parsed, work / parsed.name)
    empty = work / f"{shop.name}.duckdb"
    empty.unlink(missing_ok=True)
    places = {
        "ONEMART_SHOP": shop.name,
        "ONEMART_TARGET": DEFAULT_TARGET,
        "ONEMART_WAREHOUSE": str(empty),
    }
    with _environment(places):
        result = dbtRunner().invoke(
            [
                *("compile", "--quiet", "--select", "resource_type:model"),
                *("--project-dir", root, "--profiles-dir", root, "--target", DEFAULT_TARGET),
                *("--target-path", str(work), "--log-path", str(work)),
            ]
        )
    if not result.success:
        raise OnemartError(
            f"dbt cannot compile the project: {result.exception}.", "Run `dbt compile`."
        )
    manifest: dict[str, Any] = json.loads((work / "manifest.json").read_text(encoding="utf-8"))
    shutil.rmtree(work)
    return manifest


@contextmanager
def _environment(values: Mapping[str, str]) -> "Iterator[None]":
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _dbt_docs(manifest: Mapping[str, Any], there: Mapping[str, Any]) -> str:
    """Return dbt's own page of documentation with all that it shows inside."""
    from dbt.task.docs import DOCS_INDEX_FILE_PATH  # noqa: PLC0415

    page = Path(DOCS_INDEX_FILE_PATH).read_text(encoding="utf-8")
    # A browser would look for files of these names before the page's script puts in real ones.
    page = _ICON.sub('<link rel="icon" href="data:,">', page)
    page = page.replace('xlink:href="{{', 'ng-attr-xlink:href="{{')
    page = page.replace('"MANIFEST.JSON INLINE DATA"', _as_script(slim_manifest(manifest)))
    page = page.replace('"CATALOG.JSON INLINE DATA"', _as_script(there))
    return sealed(page)


def _as_script(value: Any) -> str:
    """Return JSON that ends no script, whatever it says."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")


def slim_manifest(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return the manifest without what nobody reads on the page: half of its size."""
    return {
        **manifest,
        "metadata": {
            **manifest["metadata"], "invocation_id": None, "user_id": None, "project_id": None,
        },
        "nodes": {name: _slim_node(node) for name, node in manifest["nodes"].items()},
        "sources": {name: _slim_node(node) for name, node in manifest["sources"].items()},
        "macros": {
            name: macro if macro["package_name"] == manifest["metadata"]["project_name"]
            else {**macro, "macro_sql": ""}
            for name, macro in manifest["macros"].items()
        },
        "unit_tests": {
            name: {**test, "given": [], "expect": {"rows": [], "format": "dict", "fixture": None}}
            for name, test in manifest["unit_tests"].items()
        },
        "disabled": {},
    }  # fmt: skip


_NOT_SHOWN = (
    "build_path", "checksum", "compiled_path", "created_at", "doc_blocks", "extra_ctes",
    "extra_ctes_injected", "root_path", "unrendered_config",
)  # fmt: skip


def _slim_node(node: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in node.items() if name not in _NOT_SHOWN}
    if node["resource_type"] == "test":
        config = {name: node["config"].get(name) for name in ("severity", "where", "enabled")}
        return {**kept, "config": config, "raw_code": "", "compiled_code": "", "contract": {}}
    shown = ("name", "description", "data_type", "meta", "tags")
    return {
        **kept,
        "columns": {
            name: {key: column.get(key) for key in shown}
            for name, column in node["columns"].items()
        },
    }


def _lineage(folder: Path, to: Path) -> list[str]:
    """Write the lineage of columns; return the models whose columns could not be followed."""
    from dbt_colibri.lineage_extractor.extractor import (  # noqa: PLC0415
        DbtColumnLineageExtractor,
    )
    from dbt_colibri.report.generator import DbtColibriReportGenerator  # noqa: PLC0415
    from sqlglot.optimizer.scope import Scope  # noqa: PLC0415

    # What colibri 0.3 asks of a union is called otherwise in the sqlglot of now.
    if not hasattr(Scope, "union_scopes"):
        Scope.union_scopes = property(  # type: ignore[attr-defined]
            lambda scope: scope.set_operation_scopes
        )
    # The page names what could not be followed.
    logging.getLogger("colibri").setLevel(logging.CRITICAL)
    work = folder / "colibri"
    # Not by its command: that one asks the internet for a newer version of itself.
    extractor = DbtColumnLineageExtractor(
        str(folder / "manifest.json"), str(folder / "catalog.json")
    )
    DbtColibriReportGenerator(extractor, light_mode=True, disable_telemetry=True).generate_report(
        output_dir=str(work)
    )
    page = sealed((work / "index.html").read_text(encoding="utf-8"))
    to.write_text(packed(page, "Lineage of every column"), encoding="utf-8")
    problems = work / "colibri-parsing-errors.json"
    failed = json.loads(problems.read_text(encoding="utf-8")) if problems.is_file() else []
    shutil.rmtree(work)
    return sorted({str(one["node_id"]).rsplit(".", 1)[-1] for one in failed})


def sealed(page: str) -> str:
    """Return a page that another tool wrote, without its telemetry and barred from the network."""
    head = re.search(r"<head[^>]*>", page)
    if head is None:
        raise OnemartError("A page of documentation has no head.", "Look at the tool's version.")
    inside = _TELEMETRY.sub("", page[head.end() :])
    return f"{page[: head.end()]}{_SEAL}{inside}"


def packed(page: str, title: str) -> str:
    """Return a page that unpacks another one in the reader's browser.

    Parameters
    ----------
    page : str
        The page, sealed.
    title : str
        What the tab says meanwhile.
    """
    # Without the time in the archive, the same page gives the same file.
    text = base64.b64encode(gzip.compress(page.encode(), 9, mtime=0)).decode("ascii")
    return _PACKED.replace("__SEAL__", _SEAL).replace("__TITLE__", title).replace("__PAGE__", text)
