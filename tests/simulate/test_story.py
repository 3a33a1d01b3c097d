"""The same seed tells the same story: in one go or hour by hour, with one thread or more."""

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import duckdb
import pytest
from tests.simulate.telling import END, FIRST, Told

from onemart.errors import UsageError
from onemart.project import Project
from onemart.simulate.chapters import CHAPTERS
from onemart.simulate.settings import Settings, load_settings
from onemart.simulate.tell import story_file, tell

CHRISTMAS_EVE = datetime(2024, 12, 24)  # noqa: DTZ001


def test_a_story_told_in_parts_is_the_story_told_in_one_go(told: Told, tmp_path: Path) -> None:
    moments = (CHRISTMAS_EVE, CHRISTMAS_EVE + timedelta(hours=13), END)
    parts = Told(tmp_path, moments)
    assert parts.feeds == told.feeds
    for feed in told.feeds:
        assert parts.latest(feed) == told.latest(feed), feed


def test_threads_make_no_difference(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_thread = partial(duckdb.connect, config={"threads": 1})
    monkeypatch.setattr(duckdb, "connect", one_thread)
    alone = Told(tmp_path)
    assert alone.ask("select current_setting('threads')") == [(1,)]
    for feed in told.feeds:
        assert alone.latest(feed) == told.latest(feed), feed


def test_history_comes_in_one_file_and_the_last_days_each_in_their_own(told: Told) -> None:
    names = [file.name for file in told.files("commerce.orders")]
    days = [END.date() - timedelta(days=14 - number) for number in range(14)]
    assert names[0] == f"orders_{FIRST}_to_{days[0] - timedelta(days=1)}.parquet"
    # On some days nobody orders; then there is no file.
    assert len(names) > 10
    assert set(names[1:]) <= {f"orders_{day}.parquet" for day in days}


def test_a_day_that_is_told_in_parts_has_a_file_a_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onemart.simulate.tell.CHAPTERS", CHAPTERS[:2])
    told = Told(tmp_path)
    project = Project(told.shop.root)
    begun = load_settings(story_file(project, told.shop))
    assert begun is not None
    for hours in (10, 24 + 20):
        tell(project, told.shop, begun, END + timedelta(hours=hours), by="day")
    # Rates of exchange become known at 15:00.
    names = [file.name for file in told.files("commerce.fx_rates")]
    assert names[-2:] == ["fx_rates_2025-01-13T10.csv", "fx_rates_2025-01-14.csv"]


def test_a_sale_that_was_sent_twice_is_deleted(told: Told) -> None:
    paths = [str(file) for file in told.files("commerce.orders")]
    mistakes = told.ask(
        f"select order_id from read_parquet({paths}) group by order_id having bool_or(is_deleted)"
    )
    planned = {order_id for (order_id,) in told.ask(f"select order_id from {told.plan('orders')}")}
    for (order_id,) in mistakes:
        assert order_id not in planned
        assert order_id - 500 in planned  # type: ignore[operator]


def test_a_story_goes_on_only_as_it_began(told: Told) -> None:
    project = Project(told.shop.root)
    begun = load_settings(story_file(project, told.shop))
    assert begun is not None
    other = Settings(seed=4, customers=100, first=FIRST, base_end=END.date(), mode="full")
    with pytest.raises(UsageError, match=r"begun with seed 3, not 4\. Ask for the same"):
        tell(project, told.shop, other, END + timedelta(days=1))
    with pytest.raises(UsageError, match="told until 2025-01-13 00:00:00 already"):
        tell(project, told.shop, begun, END - timedelta(days=1))
    assert tell(project, told.shop, begun, END) == []


def test_orders_add_up(told: Told) -> None:
    assert told.ask(
        f"""
        select count(*) > 100, bool_and(
            total_amount = line_net_amount + shipping_amount + rounding_amount
                + case when is_tax_included then 0 else tax_amount end
            and line_net_amount = net
        )
        from {told.plan("orders")} as orders
        inner join (
            select order_id, sum(net_amount) as net
            from {told.plan("order_lines")}
            group by order_id
        ) as lines on orders.order_id = lines.order_id
        """
    ) == [(True, True)]


def test_stores_sell_only_while_they_are_open(told: Told) -> None:
    sundays = told.ask(
        f"""
        select count(*) from {told.plan("order_lines")} as lines
        inner join {told.plan("stores")} as stores on lines.store_id = stores.store_id
        where stores.channel = 'store' and stores.country_code = 'DE' and isodow(trading_date) = 7
        """
    )
    assert sundays == [(0,)]
    by_weekend = told.ask(
        f"""
        select
            count(*) filter (ordered_at::date between date '2024-11-29' and date '2024-12-02'),
            count(*) filter (ordered_at::date between date '2024-11-22' and date '2024-11-25')
        from {told.plan("orders")}
        where channel <> 'store'
        """
    )
    black_friday, before = by_weekend[0]
    assert black_friday > before  # type: ignore[operator]
