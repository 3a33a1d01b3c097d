"""Attribution in the warehouse: on the peer's paths, and beside the effects that were planted."""

import csv
from datetime import datetime
from pathlib import Path

import pytest
from tests.mart.conftest import Dbt
from tests.mart.synthetic import PROJECT, SyntheticWarehouse
from tests.simulate.telling import project_in

from onemart.simulate.chapters import catalogue, customers, offers, orders, touches
from onemart.simulate.engine import Story
from onemart.simulate.settings import Settings, Window

PATHS = PROJECT.parent / "shared/data/channelattribution/PathData.parquet"
# How it was made is told in tests/science/test_attribution_markov.py.
PEER = PROJECT / "tests/science/channelattribution.csv"
MODELS = ["int_business_dates_chosen", "int_conversions_valued", "int_touches_grouped+"]
FIRST, END = datetime(2024, 1, 1), datetime(2024, 7, 1)  # noqa: DTZ001
BOUNDS = "reads_bounded_inputs_attribution_markov_", "reads_bounded_inputs_attribution_shapley_"

# What the trio reads of an order in the marts and in staging.
_ORDERS = """
create or replace table marts.fct_orders as
select
    order_id, customer_id, ordered_at, ordered_at::date as order_date,
    ordered_at::date as last_order_date, true as has_sale, 'completed' as order_status,
    cast(null as varchar) as exchange_of_order_id, net_sales_amount, 'EUR' as currency_code
from laid_orders;
create or replace view staging.stg_commerce__orders as
select order_id, session_id, false as is_deleted from laid_orders;
"""

# Each path as often as it was taken, its touches a minute apart, its order with the last of them.
_PATHS = """
create or replace table laid_paths as
with paths as (
    select
        *,
        row_number() over (order by path, total_conversions, total_null) as path_no,
        string_split(path, ' > ') as channels
    from read_parquet('{file}')
),
journeys as (
    select *, unnest(range(total_conversions + total_null)) as journey_no from paths
)
select
    concat('v', path_no, '-', journey_no) as visitor_id,
    journey_no < total_conversions as is_order,
    total_conversion_value / total_conversions as order_value,
    len(channels) as touch_count,
    unnest(channels) as channel,
    unnest(range(len(channels))) as place
from journeys;
create or replace table marts.fct_touches as
select
    concat(visitor_id, '-', place) as touch_id, visitor_id, 'unknown' as customer_id,
    concat(visitor_id, '-', place) as session_id, channel, 'unknown' as campaign_id,
    true as is_click,
    timestamp '2024-01-01' + to_minutes(place) as touched_at, date '2024-01-01' as touched_date
from laid_paths;
create or replace table laid_orders as
select
    visitor_id as order_id, 'unknown' as customer_id, concat(visitor_id, '-', place) as session_id,
    timestamp '2024-01-02' as ordered_at, cast(order_value as decimal(28, 6)) as net_sales_amount
from laid_paths
where is_order and place = touch_count - 1
union all
select 'late', 'unknown', null, timestamp '2024-12-31', 0;
"""


@pytest.mark.needs("PathData of ChannelAttribution in ../shared/data")
def test_the_peers_own_paths_get_the_peers_credit(warehouse: SyntheticWarehouse, dbt: Dbt) -> None:
    if not PATHS.is_file():
        pytest.skip("There is no ../shared/data.")
    warehouse.run(_PATHS.format(file=PATHS))
    warehouse.run(_ORDERS)
    dbt(warehouse, "run", "--select", *MODELS)
    rows = warehouse.run(
        "select method, channel_group, sum(credit_share), sum(credited_net_sales_amount)::double"
        " from marts.fct_attribution group by all"
    )
    credited = {(method, channel): sums for method, channel, *sums in rows}
    effects = {
        (f"markov_{order}", channel): effect
        for order, channel, effect in warehouse.run(
            "select markov_order, channel_group, effect from marts.fct_channel_effects"
            " where model_name = 'markov'"
        )
    }
    with PEER.open() as file:
        peer = [row for row in csv.DictReader(file) if row["method"] != "method"]
    assert len(peer) == 60
    for row in peer:
        place, told = (row["method"], row["channel"]), float(row["conversions"])
        if place in effects:
            # The peer simulates, to an error of 1 %, and more for channels that few paths meet.
            # At order 2 their contexts are too rare to be counted here.
            assert abs(effects[place] - told) <= 0.01 * told + 0.004, place
        else:
            found, money = credited[place]
            assert found == pytest.approx(told, abs=1e-6), place
            # An order's money is cut to six digits here.
            assert money == pytest.approx(float(row["value"]), abs=0.05), place
    dbt(warehouse, "test", "--select", *BOUNDS, "credits_of_an_order_add_up_to_the_order")


@pytest.fixture
def simulated(warehouse: SyntheticWarehouse, dbt: Dbt, tmp_path: Path) -> SyntheticWarehouse:
    """Attribute the online orders of 3,000 simulated customers in half a year."""
    project = project_in(tmp_path / "told")
    begun = Settings(seed=11, customers=3000, first=FIRST.date(), base_end=END.date(), mode="full")
    story = Story(project, project.shop("demo"), begun, Window(FIRST, END))
    for chapter in (catalogue, customers, offers, orders, touches):
        chapter.tell(story)
    ways = story._landing / "marketing/touches"
    warehouse.run(
        f"""
        create or replace table marts.fct_touches as
        select
            touch_id::varchar as touch_id, visitor_id,
            coalesce(customer_id::varchar, 'unknown') as customer_id, session_id, channel,
            coalesce(campaign_id, 'unknown') as campaign_id, is_click, touched_at,
            touched_at::date as touched_date
        from read_parquet('{ways}/*.parquet');
        create or replace table laid_orders as
        select
            order_id::varchar as order_id, customer_id::varchar as customer_id, session_id,
            ordered_at,
            10::decimal(28, 6) as net_sales_amount
        from read_parquet('{story.folder}/story/orders/*.parquet')
        where ordered_at < timestamp '{END}';
        create or replace view staging.stg_simulation__planted_truths as
        select topic_name, subject_name, planted_value::double as planted_value
        from read_csv('{story._landing}/simulation/planted_truths/*.csv*');
        """
    )
    warehouse.run(_ORDERS)
    dbt(warehouse, "run", "--select", *MODELS, shop="demo")
    return warehouse


def test_how_far_methods_are_from_what_was_planted(simulated: SyntheticWarehouse) -> None:
    found = simulated.run(
        """
        select
            model_name,
            sqrt(avg(pow(error_value, 2)))::double,
            corr(estimated_value, planted_value),
            count(*)
        from marts.rpt_recovery
        group by model_name
        """
    )
    told = {method: (error, correlation) for method, error, correlation, _ in found}
    assert len(told) == 9
    for method, (error, correlation) in told.items():
        assert error < 0.6, method
        assert correlation > 0.5, method
    # The last touch is always one of the journey that was planted.
    assert told["last"][0] < 0.2
