"""Devices wear as they are told to, warranties cover them, and customers bring customers."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from tests.simulate.telling import project_in

from onemart.simulate.chapters import catalogue, customers, devices, orders, referrals
from onemart.simulate.chapters.devices import SCALE_DAYS, SHAPE, USE_EXPONENT
from onemart.simulate.engine import Chapter
from onemart.simulate.settings import Settings
from onemart.simulate.tell import tell

KEYS = {
    "devices": "serial_number",
    "device_events": "event_id",
    "warranty_contracts": "contract_id",
    "warranty_claims": "claim_id",
    "referrals": "referral_id",
}
# Those that the two of this test rest on.
CHAPTERS = tuple(
    Chapter(chapter.__name__, chapter.tell)
    for chapter in (catalogue, customers, orders, devices, referrals)
)
STORY = Settings(
    seed=11, customers=800, first=date(2024, 1, 1), base_end=date(2024, 6, 1), mode="full"
)
END = datetime(2024, 7, 1)  # noqa: DTZ001
Ask = Callable[[str], list[tuple[object, ...]]]


def told(folder: Path, *moments: datetime) -> Ask:
    """Tell the story up to each of the moments; return what asks for the rows that count then."""
    project = project_in(folder)
    shop = project.shop("demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("onemart.simulate.tell.CHAPTERS", CHAPTERS)
        for moment in moments:
            tell(project, shop, STORY, moment)
    connection = duckdb.connect()
    for feed, key in KEYS.items():
        files = sorted(str(file) for file in (shop.landing / "after_sale" / feed).iterdir())
        reader = "read_csv" if files[0].endswith(".csv") else "read_parquet"
        connection.execute(
            f"create table {feed} as select * from {reader}({files}, union_by_name = true)"
            f" qualify row_number() over (partition by {key} order by updated_at desc) = 1"
        )
    plans = project.state / "simulated" / shop.name / "story"
    for plan in ("devices", "failures", "customers", "order_lines", "orders"):
        connection.execute(
            f"create view planned_{plan} as select * from read_parquet('{plans / plan}/*.parquet')"
        )
    return lambda query: connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    return told(tmp_path_factory.mktemp("told") / "at_once", END)


@pytest.mark.parametrize("feed", KEYS)
def test_a_story_told_in_parts_ends_alike(ask: Ask, in_parts: Ask, feed: str) -> None:
    order = f"select * from {feed} order by all"
    assert ask(order)
    assert in_parts(order) == ask(order)


@pytest.fixture(scope="module")
def in_parts(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    first = datetime(2024, 5, 12)  # noqa: DTZ001
    return told(tmp_path_factory.mktemp("told") / "in_parts", first, END)


def test_units_that_stay_sold_are_devices_and_no_others(ask: Ask) -> None:
    unlike = ask(
        "select * from devices full join (select * from planned_order_lines"
        " where serial_number is not null and cancelled_at is null"
        " and known_at < timestamp '2024-07-01') as planned"
        " using (serial_number) where devices.sku is null or planned.order_id is null"
    )
    assert not unlike


@pytest.mark.parametrize(
    "group", ["true", "batch_effect > 1", "devices.hours_per_day > 4", "devices.hours_per_day < 2"]
)
def test_first_failures_follow_the_hazard(ask: Ask, group: str) -> None:
    """As many fail as the hazard of all days lived adds up to, whatever the batch and the use."""
    hazard = (
        f"batch_effect * pow(devices.hours_per_day / 3, {USE_EXPONENT})"
        " * pow(date_diff('second', devices.activated_at,"
        f" coalesce(failed_at, devices.retired_at)) / 86400.0 / {SCALE_DAYS}, {SHAPE})"
    )
    [(failed, expected)] = ask(
        f"select count(failed_at), sum({hazard}) from planned_devices as devices"
        " left join (select * from planned_failures where failure_no = 1) as failures"
        " using (device_no)"
        f" where devices.activated_at is not null and {group}"
    )
    assert isinstance(failed, int)
    assert isinstance(expected, float)
    assert failed > 20
    # Counts of a Poisson process: four standard errors.
    assert abs(failed - expected) < 4 * expected**0.5


def test_devices_report_until_they_are_given_up(ask: Ask) -> None:
    broken = ask(
        "select * from device_events inner join devices using (serial_number)"
        " where event_at < activated_at or event_at > retired_at"
    )
    assert not broken
    [(less, more)] = ask(
        "select count(*) filter (delta < 0), count(*) filter (delta > 0) from ("
        "  select usage_hour_count - lag(usage_hour_count) over ("
        "   partition by serial_number order by event_at) as delta from device_events)"
    )
    assert less == 0
    assert isinstance(more, int)
    assert more > 30


def test_claims_are_paid_inside_of_cover_only(ask: Ask) -> None:
    assert not ask(
        "select * from warranty_claims left join warranty_contracts using (contract_id)"
        " where warranty_contracts.contract_id is null"
        " or (status in ('repaired', 'replaced')"
        "  and claimed_at::date not between start_date and end_date)"
    )
    assert not ask(
        "select * from warranty_claims where (status = 'open') <> (closed_at is null)"
        " or (status = 'open') <> (cost_amount is null) or closed_at < claimed_at"
    )


def test_an_extended_warranty_follows_the_makers(ask: Ask) -> None:
    assert not ask(
        "select * from warranty_contracts as extended left join warranty_contracts as maker"
        " on extended.serial_number = maker.serial_number and maker.contract_kind = 'maker'"
        " where extended.contract_kind = 'extended'"
        " and extended.start_date is distinct from maker.end_date + 1"
    )


def test_the_brought_are_those_whom_the_customers_chapter_says(ask: Ask) -> None:
    assert not ask(
        "select * from referrals inner join planned_customers"
        " on referrals.referred_customer_id = planned_customers.customer_id"
        " where coalesce(referred_by, person_id) <> referrer_customer_id"
        " or not has_account or referrals.signed_up_at <> joined_at or email <> referred_email"
    )
    [(brought, signed_up)] = ask(
        "select (select count(*) from planned_customers as brought"
        "  inner join planned_customers as referrers on brought.referred_by = referrers.customer_id"
        "  where brought.has_account and referrers.has_account),"
        " (select count(*) from referrals inner join planned_customers"
        "  on referred_customer_id = customer_id where referred_by is not null)"
    )
    assert brought == signed_up


def test_steps_of_an_invitation_follow_each_other(ask: Ask) -> None:
    assert not ask(
        "select * from referrals left join planned_orders as orders on first_order_id = order_id"
        " where clicked_at < invited_at or signed_up_at < clicked_at"
        " or rewarded_at < orders.known_at"
        " or (first_order_id is not null and (orders.customer_id <> referred_customer_id"
        "   or orders.is_guest or orders.cancelled_at is not null))"
        " or (rewarded_at is not null and first_order_id is null)"
    )
