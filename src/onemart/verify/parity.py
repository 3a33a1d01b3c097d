"""Build the same shops on DuckDB and on the BigQuery emulator, and compare all marts row for row.

`python -m onemart.verify.parity` lands a slice of each sample shop through the feed gate into both
warehouses, builds, lands later and corrected files, builds again, and compares. What is compared
comes from dbt's manifest, so a mart or a Python model that is added later is compared too. What the
emulator was sent stays beside the certificate, for other checks to read.
"""

import argparse
import json
import os
import platform
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from onemart.console import complain, say
from onemart.errors import OnemartError, UsageError
from onemart.feeds.gate import land, open_gate
from onemart.leaving import leave
from onemart.project import Project, Shop, find_project
from onemart.verify.certificate import (
    NEVER_VERIFIED,
    NOT_VERIFIED,
    Certificate,
    Compared,
    write_certificate,
)
from onemart.verify.comparison import Comparison, Table, compare
from onemart.verify.emulator_server import EmulatorServer
from onemart.verify.metrics import compare_metrics
from onemart.verify.slices import (
    Slice,
    complete_journey_slice,
    demo_slice,
    uci_online_retail_slice,
)
from onemart.warehouse import open_warehouse

__all__ = ["MadeShop", "Parity", "compared_models", "run_parity"]

NOW = "2026-01-01T00:00:00"
TARGETS = ("dev", "emulator")
_MARTS = ("fct_", "dim_", "rpt_")
_UNIQUE = {"unique", "unique_combination_of_columns"}
_WITHOUT_TESTS = ("--exclude-resource-type", "test", "unit_test")
_TESTS = ("--select", "resource_type:test")
_POLITE = 10


@dataclass
class MadeShop:
    """A shop in folders of its own, on one target.

    Attributes
    ----------
    slice : Slice
        What is delivered to it.
    target : str
        The dbt target.
    folder : pathlib.Path
        Landing, archive and, on DuckDB, the warehouse; contracts and profile are copies.
    endpoint : str
        The emulator's address.
    project : Project
        The clone whose dbt project is built.
    """

    slice: Slice
    target: str
    folder: Path
    endpoint: str
    project: Project

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        for name in ("dbt_project.yml", "profiles.yml"):
            shutil.copy(self.project.root / name, self.folder)
        contracts = self.slice.contracts or self.project.contracts
        shutil.copytree(contracts, self.folder / "expectations")

    @contextmanager
    def environment(self) -> Iterator[None]:
        """Let dbt and the gate work on this shop, with the clock standing still."""
        wanted = {
            "ONEMART_TARGET": self.target,
            "ONEMART_SHOP": self.slice.shop,
            # dbt's relations on DuckDB carry the file's name: one name lets shops share a manifest.
            "ONEMART_WAREHOUSE": str(self.folder / "parity.duckdb"),
            "ONEMART_EMULATOR": self.endpoint,
            "ONEMART_BIGQUERY_DATASET": self.prefix,
            "ONEMART_NOW": NOW,
            # Guests are named by their hashes, which have to be equal on both sides.
            "ONEMART_PII_KEY": "of parity alone",
            "ONEMART_PROJECT_DIR": str(self.project.root),
        }
        before = {name: os.environ.get(name) for name in wanted}
        os.environ.update(wanted)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value

    @property
    def prefix(self) -> str:
        """What the names of its datasets begin with on BigQuery."""
        return f"parity_{self.slice.shop}"

    @property
    def shop(self) -> Shop:
        """The shop's folders; to be asked for inside `environment`."""
        return Project(self.folder).shop(self.slice.shop)

    def build(self) -> None:
        """Deliver each part of the slice and build the marts after it."""
        for stage in self.slice.stages:
            with self.environment():
                stage(self.shop)
            self.land()
            self.dbt("build", *_WITHOUT_TESTS)

    def land(self) -> None:
        """Take what lies in the landing folder through the gate."""
        with (
            self.environment(),
            open_gate(
                Project(self.folder), self.shop, "parity", on_step=lambda *_: None, timeout=60
            ) as gate,
        ):
            report = land(gate, on_start=lambda _: None, on_end=lambda _: None)
        if report.contract_errors or report.strangers:
            raise OnemartError(
                f"The slice of {self.slice.shop} does not fit its contracts:"
                f" {[*report.contract_errors, *report.strangers]}."
            )

    def dbt(self, *arguments: str) -> None:
        """Run dbt on the shop; its manifest is parsed once.

        Raises
        ------
        OnemartError
            If a node fails; all that did are named.
        """
        from dbt.cli.main import dbtRunner  # noqa: PLC0415

        with self.environment():
            result = dbtRunner(manifest=self.manifest).invoke([*arguments, *self.options])
        failed = [
            f"{node.node.name}: {' '.join(str(node.message).split())}"
            for node in getattr(result.result, "results", [])
            if str(node.status) in {"error", "fail", "runtime error"}
        ]
        if failed or not result.success:
            raise OnemartError(
                f"dbt failed for shop {self.slice.shop} on target {self.target}:"
                f" {result.exception or ''}",
                "\n".join(failed),
            )

    @property
    def options(self) -> list[str]:
        """Where dbt reads and writes, and the business date."""
        root, out = str(self.project.root), self.folder / "dbt"
        return [
            # Nobody reads its log: what fails is in the result.
            *("--quiet", "--log-level-file", "none"),
            *("--project-dir", root, "--profiles-dir", root),
            *("--target-path", str(out / "target"), "--log-path", str(out / "logs")),
            *("--vars", f"business_date: '{self.slice.business_date}'"),
        ]

    @property
    def semantic_manifest(self) -> dict[str, Any]:
        """What dbt wrote of the semantic layer when it parsed the project for this shop."""
        path = self.folder / "dbt/target/semantic_manifest.json"
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    @cached_property
    def manifest(self) -> Any:
        """What dbt knows of the project on this target."""
        from dbt.cli.main import dbtRunner  # noqa: PLC0415

        with self.environment():
            result = dbtRunner().invoke(["parse", *self.options])
        if not result.success:
            raise OnemartError(f"dbt cannot parse the project: {result.exception}")
        return result.result

    def take_manifest(self, other: "MadeShop") -> None:
        """Know the project from another shop on the same target: parsing takes its time."""
        self.manifest = other.manifest.deepcopy()
        for node in (*self.manifest.nodes.values(), *self.manifest.sources.values()):
            node.schema = node.schema.replace(other.prefix, self.prefix)
            if node.relation_name:
                node.relation_name = node.relation_name.replace(other.prefix, self.prefix)
        self.manifest.build_flat_graph()

    def marts(self) -> dict[str, Table]:
        """Return those of the compared models that the warehouse has, by name."""
        found = {}
        models = compared_models(self.manifest)
        with self.environment(), open_warehouse(self.shop) as warehouse:
            there = {
                schema: warehouse.tables(schema) for schema in {m.config.schema for m in models}
            }
            for model in models:
                schema = model.config.schema
                if model.alias in there[schema]:
                    columns = warehouse.columns(schema, model.alias)
                    names = ", ".join(map(warehouse.dialect.name, columns))
                    rows = warehouse.rows(
                        f"select {names} from {warehouse.table(schema, model.alias)}"
                    )
                    found[model.name] = Table(columns, rows)
        return found


def compared_models(manifest: Any) -> list[Any]:
    """Return the models that must be equal on both warehouses: all marts, all Python models."""
    return sorted(
        (
            node
            for node in manifest.nodes.values()
            if node.resource_type == "model"
            and (node.name.startswith(_MARTS) or node.language == "python")
        ),
        key=lambda node: str(node.name),
    )


def key_of(manifest: Any, model: Any) -> list[str]:
    """Return the columns that a test of the model promises to be unique, else none."""
    for test in manifest.nodes.values():
        told = getattr(test, "test_metadata", None)
        if told and told.name in _UNIQUE and test.attached_node == model.unique_id:
            columns = told.kwargs.get("combination_of_columns") or [told.kwargs["column_name"]]
            return [str(column) for column in columns]
    return []


def right_to_the_cent(model: Any) -> list[str]:
    """Return the columns whose meta says `parity: cent`, because they come of a division."""
    return [name for name in model.columns if _parity(model, name) == "cent"]


def of_one_run(model: Any) -> list[str]:
    """Return the columns whose meta says `parity: run`, because they come of the bytes of files."""
    return [name for name in model.columns if _parity(model, name) == "run"]


def _parity(model: Any, name: str) -> Any:
    column = model.columns[name]
    return (column.config.meta or column.meta).get("parity")


def build_all(shops: Sequence[MadeShop]) -> list[dict[str, Table]]:
    """Build shops of one target one after the other, and return the marts of each.

    The project is parsed for the first.
    """
    for made in shops:
        if made is not shops[0]:
            made.take_manifest(shops[0])
        made.build()
    return [made.marts() for made in shops]


def compare_shop(
    made: MadeShop, marts: Mapping[str, Table], others: Mapping[str, Table]
) -> list[Compared]:
    """Compare all marts of a shop; one that a warehouse lacks is a difference.

    Parameters
    ----------
    made : MadeShop
        The shop on either target, for both have the same models.
    marts, others : mapping of str to Table
        The marts on each of the targets, in the order of `TARGETS`.
    """
    manifest = made.manifest
    compared = []
    for model in compared_models(manifest):
        table, other = marts.get(model.name), others.get(model.name)
        if table and other:
            apart = of_one_run(model)
            key = key_of(manifest, model)
            found = compare(
                table.without(apart),
                other.without(apart),
                key=[] if set(key) & set(apart) else key,
                to_the_cent=right_to_the_cent(model),
            )
        else:
            there = zip(TARGETS, (table, other), strict=True)
            lacking = [target for target, its in there if its is None]
            found = Comparison(problems=[f"Target {name} has no such table." for name in lacking])
        compared.append(Compared(made.slice.shop, model.name, found))
    return compared


@dataclass
class Parity:
    """A finished run.

    Attributes
    ----------
    certificate : Certificate
        What was compared and what was found.
    statements : pathlib.Path
        The log of all that the emulator was sent.
    shops : list of MadeShop
        The shops as they ended, the first of each pair on DuckDB.
    """

    certificate: Certificate
    statements: Path
    shops: list[MadeShop]


def run_parity(
    slices: Sequence[Slice],
    folder: Path,
    server: EmulatorServer,
    *,
    project: Project | None = None,
) -> Parity:
    """Build the slices on both targets and compare them.

    dbt's tests are for DuckDB, where the same rows lie. For BigQuery those of the last shop are
    compiled, so that GoogleSQL's analyzer can look at them: beside the log of statements lies
    manifest.json, dbt's manifest with their SQL.

    Parameters
    ----------
    slices : sequence of Slice
        The last is asked for the metrics, so it should have all feeds.
    folder : pathlib.Path
        Where the shops are made.
    server : EmulatorServer
        The running emulator.
    project : Project, optional
        The clone; the one that we are in by default.
    """
    project = project or find_project()
    on_duckdb, on_emulator = (
        [
            MadeShop(part, target, folder / part.shop / target, server.endpoint, project)
            for part in slices
        ]
        for target in TARGETS
    )
    # dbt builds one shop at a time in a process. The last has most to do, so it is built here, and
    # the others are polite to it.
    *others, here = on_emulator
    with ProcessPoolExecutor(
        2, mp_context=get_context("spawn"), initializer=os.nice, initargs=(_POLITE,)
    ) as beside:
        duckdb_marts = beside.submit(build_all, on_duckdb)
        for made in others:
            made.take_manifest(here)
        other_marts = beside.submit(build_all, others)
        here.build()
        compiled = beside.submit(here.dbt, "compile", *_TESTS)
        marts = [*other_marts.result(), here.marts()]
        on_each = zip(on_emulator, duckdb_marts.result(), marts, strict=True)
        compared = [one for each in on_each for one in compare_shop(*each)]
        compiled.result()
    # Of all warehouses, the first DuckDB file calls its schemas by their own names. The last shop,
    # the simulated one, has all feeds: there every metric has something to say.
    compared += compare_metrics(on_duckdb[-1], here, on_duckdb[0].semantic_manifest)
    shutil.copy(here.folder / "dbt/target/manifest.json", server.statements.parent)
    not_verified = (*_not_verified(), *NEVER_VERIFIED)
    return Parity(
        Certificate(_facts(slices, project), tuple(compared), not_verified),
        server.statements,
        [made for pair in zip(on_duckdb, on_emulator, strict=True) for made in pair],
    )


def _not_verified() -> list[str]:
    from onemart.warehouse.emulator import LACKS  # noqa: PLC0415

    return [told for flag, told in NOT_VERIFIED.items() if flag in LACKS]


def _facts(slices: Sequence[Slice], project: Project) -> Mapping[str, str]:
    versions = {name: version(name) for name in ("dbt-core", "dbt-bigquery", "duckdb")}
    lock = (project.root / "requirements/emulator.txt").read_text(encoding="utf-8")
    emulator = re.search(r"^(crucible-emulator)\S*==(\S+)", lock, re.MULTILINE)
    versions |= {emulator[1]: emulator[2]} if emulator else {}
    return {
        **{part.shop: f"{part.what}; business date {part.business_date}" for part in slices},
        "clock": f"{NOW}, standing still",
        "builds": "one after each part of the deliveries",
        "decimals": "equal to the last digit, unless a column's meta says `parity: cent`",
        "ids of files": "not compared where a column's meta says `parity: run`",
        "floats": "equal to one part in a billion",
        "versions": ", ".join(f"{name} {number}" for name, number in versions.items())
        + f", Python {platform.python_version()}",
    }


def main() -> int:
    """Run parity on the sample shops and write the certificate; 1 if anything differs."""
    project = find_project()
    beside = project.root.parent / "shared/data/uci_online_retail/online_retail_2010_2011.parquet"
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument(
        "--uci", type=Path, default=beside, help="UCI Online Retail, Parquet or CSV"
    )
    parser.add_argument("--out", type=Path, default=project.root / "target/parity")
    told = parser.parse_args()
    slices = [complete_journey_slice()]
    if told.uci.is_file():
        slices.append(uci_online_retail_slice(told.uci))
    elif told.uci != beside:
        raise UsageError(f"{told.uci} is not a file.", "Name UCI Online Retail with --uci.")
    else:
        say("UCI Online Retail is not here, so its shop is left out; name its file with --uci.")
    slices.append(demo_slice())
    log = told.out / "statements.jsonl"
    log.unlink(missing_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        EmulatorServer(log, project=project) as server,
    ):
        certificate = run_parity(slices, Path(folder), server, project=project).certificate
    _, page = write_certificate(certificate, told.out)
    for one in certificate.compared:
        for difference in (*one.comparison.problems, *one.comparison.differences):
            say(f"{one.shop} {one.model}: {difference}", "differs", "red")
    say(f"{certificate.verdict} Open {page} in a browser.")
    return 0 if certificate.equal else 1


if __name__ == "__main__":
    try:
        status = main()
    except OnemartError as problem:
        complain(problem)
        status = problem.exit_status
    leave(status)
