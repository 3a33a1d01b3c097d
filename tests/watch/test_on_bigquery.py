"""A watch over a shop on BigQuery ends where a build on DuckDB does."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.mart.synthetic import PROJECT

from onemart.feeds.gate import Outcome
from onemart.project import Project
from onemart.verify.emulator_server import EmulatorServer
from onemart.verify.parity import MadeShop, compare_shop
from onemart.verify.slices import demo_slice
from onemart.watch.watch import Watch


@pytest.mark.torture
def test_a_watch_on_bigquery_ends_where_a_build_on_duckdb_does(
    emulator: EmulatorServer, tmp_path: Path
) -> None:
    """Half a year is built; what comes later is taken in by one hour of a watch."""
    whole = demo_slice(customers=80, end=date(2017, 6, 1))
    first, *later = whole.stages
    on_duckdb, on_emulator = (
        MadeShop(part, target, tmp_path / target, emulator.endpoint, Project(PROJECT))
        for part, target in ((whole, "dev"), (replace(whole, stages=(first,)), "emulator"))
    )
    on_duckdb.build()
    on_emulator.build()
    outcomes: list[Outcome] = []
    with on_emulator.environment():
        watch = Watch(Project(PROJECT), on_emulator.shop)
        assert watch.is_built()
        for stage in later:
            stage(on_emulator.shop)
        hour = watch.hour(outcomes.append)
    assert hour.is_sound, (hour.failed, hour.broken, hour.to_do)
    assert {outcome.status for outcome in outcomes} == {"accepted"}
    assert hour.tested
    assert {"fct_order_lines", "fct_sales_daily"} <= set(hour.built)

    compared = [
        one
        for one in compare_shop(on_duckdb, on_duckdb.marts(), on_emulator.marts())
        if one.model in hour.built
    ]
    assert len(compared) > 15
    assert not [one for one in compared if not one.comparison.equal]
