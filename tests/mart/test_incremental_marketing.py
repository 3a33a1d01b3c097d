"""Touches and mail that are late, corrected or gone: a build of days equals a full refresh."""

from typing import Any

import pytest
from tests.mart.conftest import Dbt
from tests.mart.rows import moment, row
from tests.mart.synthetic import Delivery, SyntheticWarehouse

FACTS = ("fct_touches", "fct_email_events")
SHOP = "demo"


def touch(number: int, session: str, when: str) -> tuple[Any, ...]:
    return row(
        "marketing__touches",
        touch_id=number,
        touched_at=moment(when),
        updated_at=moment(when),
        visitor_id="v1",
        session_id=session,
        channel="direct",
        device_kind="mobile",
        is_click=True,
        page_view_count=1,
    )


def order(number: int, session: str, when: str, *, is_deleted: bool = False) -> tuple[Any, ...]:
    return row(
        "commerce__orders",
        order_id=number,
        session_id=session,
        ordered_at=moment(when),
        updated_at=moment(when),
        is_deleted=is_deleted,
    )


def event(number: int, when: str) -> tuple[Any, ...]:
    return row(
        "marketing__email_events",
        event_id=number,
        message_id=number,
        customer_id=7,
        campaign_id="spring",
        event_kind="sent",
        event_at=moment(when),
        updated_at=moment(when),
    )


# In Berlin 23:30 UTC is tomorrow: session s2 ends in an order of the day after.
TOUCHES = Delivery(
    "marketing__touches",
    "1",
    1,
    [
        touch(1, "s1", "03-01T09:00"),
        touch(2, "s2", "03-01T22:50"),
        touch(3, "s3", "03-01T23:30"),
        touch(4, "s4", "03-08T12:00"),
    ],
)
TOUCHES_CORRECTED = Delivery(
    "marketing__touches",
    "1",
    2,
    [touch(1, "s1", "03-02T23:10"), touch(2, "s2", "03-01T22:50"), touch(4, "s4", "03-08T12:00")],
)
ORDERS = Delivery(
    "commerce__orders", "1", 1, [order(501, "s2", "03-01T23:05"), order(502, "s4", "03-08T12:05")]
)
ORDERS_CORRECTED = Delivery(
    "commerce__orders",
    "1",
    2,
    [order(501, "s2", "03-01T23:05"), order(502, "s4", "03-08T12:05", is_deleted=True)],
)
MAIL = Delivery(
    "marketing__email_events", "1", 1, [event(1, "03-01T23:30"), event(2, "03-05T08:00")]
)
MAIL_CORRECTED = Delivery("marketing__email_events", "1", 2, [event(1, "03-02T23:30")])

BEFORE, AFTER = [TOUCHES, ORDERS, MAIL], [TOUCHES_CORRECTED, ORDERS_CORRECTED, MAIL_CORRECTED]
# A build follows each group.
ARRIVALS = {
    "as it happened": [BEFORE, AFTER],
    "touches, orders and corrections in three builds": [
        [TOUCHES, MAIL_CORRECTED],
        [ORDERS_CORRECTED, MAIL],
        [TOUCHES_CORRECTED, ORDERS],
    ],
}


@pytest.mark.parametrize("groups", ARRIVALS.values(), ids=ARRIVALS.keys())
def test_an_incremental_build_equals_a_full_refresh(
    dbt: Dbt, warehouse: SyntheticWarehouse, groups: list[list[Delivery]]
) -> None:
    dbt(warehouse, "run", "--select", *FACTS, "--full-refresh", shop=SHOP)
    for group in groups:
        warehouse.deliver(*group)
        dbt(warehouse, "run", "--select", *FACTS, shop=SHOP)
    built = {name: warehouse.rows(name) for name in FACTS}
    shown = warehouse.run(
        "select touch_id, cast(touched_date as varchar), order_id from marts.fct_touches order by 1"
    )
    assert shown == [
        ("1", "2025-03-03", None),
        ("2", "2025-03-01", "501"),
        ("4", "2025-03-08", None),
    ]
    assert warehouse.run(
        "select event_id, cast(event_date as varchar) from marts.fct_email_events"
    ) == [("1", "2025-03-03")]
    dbt(warehouse, "run", "--select", *FACTS, "--full-refresh", shop=SHOP)
    assert built == {name: warehouse.rows(name) for name in FACTS}
