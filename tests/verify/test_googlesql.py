"""GoogleSQL's analyzer takes what BigQuery takes, and refuses what it would refuse."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from onemart.errors import OnemartError, UsageError
from onemart.project import Project
from onemart.verify.googlesql import Checked, check, missing, report
from onemart.verify.record import Job, Record, open_record

ROOT = Path(__file__).parents[2]
PROJECT = Project(ROOT)
SALES = "`onemart`.`shop_marts`.`sales`"

CREATE = (
    f"create table {SALES} (`day` date, `sku` string, `amount` numeric(28,6), `n` bigint)"
    " partition by `day` cluster by `sku` options(labels=[('shop', 'trial')])"
)
VIEW = (
    "create or replace view `onemart`.`shop_marts`.`days` as select day, sum(amount) as net,"
    f" cast(null as int64) as nothing from {SALES} group by day"
)
SCRIPT = """create table `onemart`.`shop_marts`.`once` as select 1 as a;
select a from `onemart`.`shop_marts`.`once`"""
MERGE = (
    f"merge into {SALES} as target using (select date '2024-01-01' as day) as source on false"
    " when not matched by source and target.day in (date '2024-01-01') then delete"
    " when not matched then insert (day) values (source.day)"
)
# What each is for, its SQL, and a word of the refusal; None where it is accepted.
STATEMENTS = {
    "create": (CREATE, None),
    "a name in one pair of quotes": ("select sku from `onemart.shop_marts.sales`", None),
    "a name without the project": ("select sku from `shop_marts`.sales", None),
    "types and nulls": (VIEW, None),
    "a view's columns": ("select net + 1, nothing from `onemart`.`shop_marts`.`days`", None),
    "no such column": ("select gross from `onemart`.`shop_marts`.`days`", "gross [at 1:8]"),
    "no such table": ("select 1 from `onemart`.`shop_marts`.`nights`", "nights"),
    "two statements": (SCRIPT, None),
    "the second statement": ("select 1; select list_sort(['a'])", "list_sort"),
    "a column that was added": (
        f"alter table {SALES} add column if not exists city string; select city from {SALES}",
        None,
    ),
    "a table that was dropped": (
        "drop table `onemart`.`shop_marts`.`once`; select a from `onemart`.`shop_marts`.`once`",
        "once",
    ),
    "merge": (MERGE, None),
    "insert of another type": (f"insert into {SALES} (day) select 'today'", "STRING"),
    "parameters": (f"select sku from {SALES} where sku = ? and n > ?", None),
    "epoch_ms": ("select epoch_ms(1)", "epoch_ms"),
    "a DuckDB cast": ("select 1::int64", "Syntax error"),
    "a DuckDB type": ("select cast(1 as varchar)", "varchar"),
    "a filter on an aggregate": (
        f"select sum(n) filter (where n > 1) from {SALES}",
        "Syntax error",
    ),
    "an alias in the same select": (f"select n + 1 as m, m + 1 as o from {SALES}", "m"),
    "qualify": (f"select sku from {SALES} qualify row_number() over (order by n) = 1", None),
}


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Checked]:
    given = [Job(sql=sql) for sql, _ in STATEMENTS.values()]
    columns = [{"name": "word", "type": "STRING"}, {"name": "n", "type": "INTEGER", "mode": ""}]
    given += [
        Job(load={"table": "onemart.shop_raw.words", "schema": columns}),
        Job(sql="select word, n + 1 from words", default_dataset="shop_raw"),
        Job(sql="select word from `onemart`.`shop_raw`.`words` where n = 7"),
        Job(sql="select word from `onemart`.`shop_raw`.`words` where n = 8"),
        Job(
            sql="create table `onemart`.`shop_raw`.`never` as select 1 as a",
            error="the emulator refused it",
        ),
        Job(sql="select a from `onemart`.`shop_raw`.`never`"),
    ]
    more = ["load", "read a load", "seven", "eight", "refused create", "read of refused"]
    return dict(zip([*STATEMENTS, *more], check(given, PROJECT), strict=True))


@pytest.mark.parametrize("name", STATEMENTS)
def test_analyzer_judges_as_bigquery_does(verdicts: dict[str, Checked], name: str) -> None:
    _, refusal = STATEMENTS[name]
    if refusal is None:
        assert verdicts[name].message == ""
        assert verdicts[name].accepted
    else:
        assert not verdicts[name].accepted
        assert refusal in verdicts[name].message


def test_statements_see_what_was_loaded_and_what_came_to_be(verdicts: dict[str, Checked]) -> None:
    assert verdicts["read a load"].accepted
    assert verdicts["refused create"].accepted
    assert "never" in verdicts["read of refused"].message
    assert verdicts["load"].writes == ["onemart.shop_raw.words"]
    assert verdicts["create"].writes == ["onemart.shop_marts.sales"]
    assert verdicts["merge"].writes == ["onemart.shop_marts.sales"]
    assert verdicts["merge"].kinds == ["merge"]
    assert verdicts["two statements"].kinds == ["create_table_as_select", "query"]


def test_same_words_about_the_same_columns_are_looked_at_once(
    verdicts: dict[str, Checked],
) -> None:
    assert verdicts["eight"].accepted
    assert verdicts["eight"].is_known
    assert not verdicts["no such table"].is_known


def made(node: str, *kinds: str, **changes: Any) -> Checked:
    name = node.rpartition(".")[2]
    comment = f'/* {{"app": "dbt", "node_id": "{node}"}} */ select 1'
    return Checked(
        **{
            "job": Job(sql=comment),
            "accepted": True,
            "message": "",
            "seconds": 0.1,
            "kinds": kinds,
            "writes": [f"onemart.shop_marts.{name}"] if set(kinds) - {"query"} else [],
            **changes,
        }
    )


@pytest.fixture
def manifest() -> dict[str, Any]:
    def node(kind: str, name: str, materialized: str) -> dict[str, Any]:
        return {"resource_type": kind, "alias": name, "config": {"materialized": materialized}}

    return {
        "nodes": {
            "model.onemart.fct_sales": node("model", "fct_sales", "incremental"),
            "model.onemart.dim_days": node("model", "dim_days", "table"),
            "model.onemart.int_words": node("model", "int_words", "ephemeral"),
            "seed.onemart.colours": node("seed", "colours", "seed"),
            "test.onemart.unique": node("test", "unique", "test"),
        },
        "metrics": {},
    }


@pytest.fixture
def whole() -> list[Checked]:
    """What a record holds in which every node of the manifest was built and run."""
    return [
        made("seed.onemart.colours", "load"),
        made("model.onemart.fct_sales", "create_table_as_select"),
        made("model.onemart.fct_sales", "merge"),
        made("model.onemart.dim_days", "create_view"),
        made("test.onemart.unique", "query"),
    ]


def test_a_whole_record_misses_nothing(whole: list[Checked], manifest: dict[str, Any]) -> None:
    assert list(missing(whole, manifest)) == []
    assert report(whole, manifest)
    assert [one.form(manifest) for one in whole] == [
        "seed",
        "model, first run",
        "model, incremental",
        "model, first run",
        "test",
    ]


@pytest.mark.parametrize(
    "left_out, sentence",
    [
        (0, "seed.onemart.colours was never built."),
        (1, "model.onemart.fct_sales was never built."),
        (2, "model.onemart.fct_sales is incremental but was built only once"),
        (3, "model.onemart.dim_days was never built."),
        (4, "test.onemart.unique was neither run nor compiled."),
    ],
)
def test_what_was_never_sent_is_missing(
    whole: list[Checked],
    manifest: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
    left_out: int,
    sentence: str,
) -> None:
    del whole[left_out]
    (told,) = missing(whole, manifest)
    assert told.startswith(sentence)
    assert not report(whole, manifest)
    assert sentence in capsys.readouterr().err


def test_metrics_have_to_be_asked_for_once_there_are_some(
    whole: list[Checked], manifest: dict[str, Any]
) -> None:
    manifest["metrics"] = {"metric.onemart.net_sales": {"name": "net_sales"}}
    (told,) = missing(whole, manifest)
    assert "onemart_metric=net_sales" in told
    asked = made("", "query", job=Job(sql="select 1", labels={"onemart_metric": "net_sales"}))
    assert list(missing([*whole, asked], manifest)) == []


def test_report_names_model_statement_and_message(
    whole: list[Checked], manifest: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    refused = made("model.onemart.dim_days", accepted=False, message="Function not found: epoch_ms")
    assert not report([*whole, refused], manifest)
    shown = capsys.readouterr()
    assert "model.onemart.dim_days" in shown.err
    assert "Function not found: epoch_ms" in shown.err
    assert "select 1" in shown.out
    assert "5 of 6" in shown.out


def test_missing_installation_names_the_target_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="make setup-googlesql"):
        check([], Project(tmp_path))


def test_analyzer_that_breaks_down_says_what_it_printed(tmp_path: Path) -> None:
    python = tmp_path / ".venv-googlesql" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\necho 'no module named zetasql' >&2\nexit 1\n")
    python.chmod(0o755)
    with pytest.raises(OnemartError, match="no module named zetasql"):
        check([], Project(tmp_path))


def test_what_was_accepted_in_one_shop_is_known_in_another_if_the_columns_are_the_same() -> None:
    def table(shop: str, kind: str) -> Job:
        return sent(shop, f"create or replace table `p`.`x_{shop}_raw`.`t` (n {kind})")

    def view(shop: str) -> Job:
        added = f"select n + 1 as m from `p`.`x_{shop}_raw`.`t` where '{shop}' <> ''"
        return sent(shop, f"create or replace view `p`.`x_{shop}_marts`.`v` as {added}")

    def sent(shop: str, sql: str) -> Job:
        return Job(sql, labels={"onemart_shop": shop}, project="p")

    jobs = [
        *(table("a", "int64"), table("b", "int64")),
        *(view("a"), view("b"), sent("b", "select m from `p`.`x_b_marts`.`v`")),
        *(table("b", "string"), view("b"), view("a")),
    ]
    first, second = check(jobs, Project(ROOT)), check(jobs, Project(ROOT))
    accepted = [True, True, True, True, True, True, False, True]
    # The second time, what was accepted is remembered from the first.
    assert [one.accepted for one in first] == [one.accepted for one in second] == accepted
    assert [one.writes for one in first] == [one.writes for one in second]
    assert first[3].writes == ["p.x_b_marts.v"]


def test_record_that_is_not_there_names_the_target_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="make parity"):
        open_record(tmp_path)


def test_record_reads_what_the_emulator_logged(tmp_path: Path) -> None:
    log = tmp_path / "statements.jsonl"
    log.write_text(
        '{"sql": "/* {\\"node_id\\": \\"model.onemart.a\\"} */ select 1", "labels": {},'
        ' "default_dataset": null, "project": "onemart", "seconds": 0.1, "error": null}\n'
    )
    (job,) = Record(log, {"nodes": {}}).jobs()
    assert job.node == "model.onemart.a"
    assert job.is_dbt
    assert job.body == "select 1"
    assert Job(sql="select '/* {\"node_id\": 1} */'").node == ""


def test_record_ends_with_the_tests_that_were_only_compiled(tmp_path: Path) -> None:
    log = tmp_path / "statements.jsonl"
    ran = {"sql": '/* {"node_id": "test.a"} */ select 1', "labels": {}, "default_dataset": None}
    log.write_text(json.dumps({**ran, "project": "onemart", "seconds": 0.1, "error": None}))
    tests = {
        name: {"resource_type": "test", "compiled_code": sql}
        for name, sql in {"test.a": "select 1", "test.b": "select 2", "test.c": None}.items()
    }
    jobs = list(Record(log, {"nodes": tests}).jobs())
    assert [(job.node, job.body) for job in jobs] == [
        ("test.a", "select 1"),
        ("test.b", "select 2"),
    ]


@pytest.fixture
def compile_tiny(tmp_path: Path) -> Callable[[], subprocess.CompletedProcess[str]]:
    """Compile a module of nothing as the analyzer is compiled, with a cache of its own."""
    script = f"""
import sys
sys.path.insert(0, {str(ROOT / "scripts")!r})
import wasmtime
import analyze_googlesql as analyzer
from pathlib import Path
tiny = Path({str(tmp_path)!r}) / "tiny.wasm"
tiny.write_bytes(wasmtime.wat2wasm("(module)"))
analyzer.get_wasm_path = lambda: tiny
analyzer.compiled_module(wasmtime.Engine())
"""

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [ROOT / ".venv-googlesql/bin/python", "-c", script],
            env=os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache")},
            capture_output=True,
            text=True,
            check=True,
        )

    return run


def test_compiled_analyzer_is_kept_and_a_broken_one_replaced(
    tmp_path: Path, compile_tiny: Callable[[], subprocess.CompletedProcess[str]]
) -> None:
    compile_tiny()
    (kept,) = (tmp_path / "cache" / "onemart").iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(b"half of a file")
    compile_tiny()
    assert kept.read_bytes() == whole


def test_cache_that_cannot_be_written_costs_only_time(
    tmp_path: Path, compile_tiny: Callable[[], subprocess.CompletedProcess[str]]
) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert "compiled anew each time" in compile_tiny().stdout
