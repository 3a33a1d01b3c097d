"""The rules of shape that neither sqlfluff nor dbt-bouncer can hold."""

import re
import statistics
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODELS = sorted((ROOT / "models").rglob("*.sql"))
MACROS = sorted((ROOT / "macros").rglob("*.sql"))
SEEDS = sorted((ROOT / "seeds").rglob("*.csv"))


def shown(paths: Iterable[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def lines_of(path: Path) -> list[str]:
    return path.read_text().rstrip("\n").split("\n")


def test_there_is_something_to_look_at() -> None:
    assert MODELS
    assert MACROS
    assert SEEDS


def test_a_model_ends_by_selecting_all_of_the_cte_named_after_it() -> None:
    others = [
        path
        for path in MODELS
        if lines_of(path)[-1] != f"select * from {path.stem}"
        or f"\n{path.stem} as (\n" not in path.read_text()
    ]
    assert shown(others) == []


def test_every_model_and_seed_has_its_own_yml_beside_it() -> None:
    others = [path for path in [*MODELS, *SEEDS] if not path.with_suffix(".yml").is_file()]
    assert shown(others) == []


def test_a_macro_file_holds_one_macro_and_its_dispatched_forms() -> None:
    others = []
    for path in MACROS:
        first, *rest = re.findall(r"\{%-?\s*(?:macro|test)\s+(\w+)", path.read_text())
        dispatched = re.compile(rf"[a-z]+__(test_)?{path.stem}")
        if first != path.stem or not all(dispatched.fullmatch(name) for name in rest):
            others.append(path)
    assert shown(others) == []


def test_warehouse_differences_live_in_cross_db() -> None:
    others = [
        path
        for path in [*MODELS, *MACROS]
        if path.parent.name != "cross_db"
        and re.search(r"\b(duckdb|bigquery)__|\btarget\.type\b", path.read_text())
    ]
    assert shown(others) == []


def test_the_median_model_is_short() -> None:
    assert statistics.median(len(lines_of(path)) for path in MODELS) <= 40
