"""Stock, cost and profit of a small shop: averages as by hand, and increments as a full refresh."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from tests.mart.conftest import Dbt
from tests.mart.synthetic import PROJECT, Delivery, SyntheticWarehouse

from onemart.feeds.contract import load_contract
from onemart.feeds.tables import raw_columns

FIRST = date(2024, 1, 1)
MARTS = (
    "fct_inventory_daily",
    "fct_purchase_orders",
    "fct_product_costs",
    "fct_order_costs",
    "fct_order_cost_shares",
    "fct_profit_lines",
    "rpt_stock_positions",
    "rpt_profit_waterfall",
)
SELECTED = [
    f"+{mart},config.materialized:{kind}"
    for mart in MARTS[-2:]
    for kind in ("table", "incremental")
] + ["fct_purchase_orders"]


def delivery(feed: str, period: str, version: int, rows: list[dict[str, Any]]) -> Delivery:
    """Return a delivery of rows; what they do not name is null."""
    source, name = feed.split(".")
    contract = load_contract(PROJECT / "expectations" / source / f"{name}.yml")
    columns = raw_columns(contract)
    strangers = {key for row in rows for key in row} - set(columns)
    assert not strangers
    lines = [tuple(row.get(column) for column in columns) for row in rows]
    return Delivery(contract.table, period, version, lines)


def at(day: int, hour: int = 12) -> datetime:
    return datetime.combine(FIRST + timedelta(day), datetime.min.time()) + timedelta(hours=hour)


def stock(seed: int, days: range) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
    """Yield the stock of two stores day by day, and what a supplier brought."""
    drawn = random.Random(seed)  # noqa: S311
    on_hand = {(store, sku): 0 for store in ("S1", "S2") for sku in ("A", "B")}
    for day in range(days.stop):
        for (store, sku), before in on_hand.items():
            came = drawn.choice([0, 0, 0, 5, 20]) if day else 10
            sold = min(before + came, drawn.choice([0, 1, 2, 4]))
            cost = drawn.choice([Decimal("1.5000"), Decimal("2.2500"), Decimal("1.9900"), None])
            on_hand[store, sku] = before + came - sold
            if day not in days or not (came or sold):
                continue
            place = {"store_id": store, "sku": sku}
            told = {
                **place,
                "stock_date": FIRST + timedelta(day),
                "on_hand_unit_count": on_hand[store, sku],
                "inbound_unit_count": 0,
                "received_unit_count": came,
                "sold_unit_count": sold,
                "written_off_unit_count": 0,
            }
            ordered = {
                **place,
                "purchase_order_id": day,
                "line_number": 1 + list(on_hand).index((store, sku)),
                "supplier_id": "V1",
                "ordered_date": FIRST + timedelta(day - 3),
                "expected_date": FIRST + timedelta(day),
                "received_date": FIRST + timedelta(day),
                "ordered_unit_count": came,
                "received_unit_count": came,
                "unit_cost_amount": cost,
                "currency_code": "USD",
                "status": "received",
            }
            yield told, ordered if came else None


def supplied(
    days: range, version: int = 1, cost: Decimal | None = None, seed: int = 4
) -> list[Delivery]:
    """Return the deliveries of stock and purchase orders; `cost` comes with late invoices."""
    told = list(stock(seed, days))
    orders = [order for _, order in told if order]
    if cost:
        orders = [
            {**order, "unit_cost_amount": order["unit_cost_amount"] or cost} for order in orders
        ]
    return [
        delivery("erp.inventory_snapshots", str(days), version, [row for row, _ in told]),
        delivery("erp.purchase_orders", str(days), version, orders),
    ]


def ordered(number: int, day: int, *lines: tuple[str, int]) -> list[Delivery]:
    """Return an order online with its payment and its parcel, of which no invoice is in yet."""
    told = {"order_id": number, "ordered_at": at(day), "store_id": "S1", "channel": "web"}
    money = {"currency_code": "USD", "is_deleted": False}
    price = Decimal("3.33")
    net = sum(price * units for _, units in lines)
    head = {
        **told, **money, "status": "completed", "is_tax_included": False, "line_net_amount": net,
        "shipping_amount": Decimal("1.00"), "tax_amount": Decimal(0), "rounding_amount": Decimal(0),
        "total_amount": net + 1,
    }  # fmt: skip
    nothing = dict.fromkeys(
        ("promotion_discount_amount", "loyalty_discount_amount", "offer_discount_amount",
         "tax_rate", "tax_amount"), Decimal(0)
    )  # fmt: skip
    order_lines = [
        {
            **told, **money, **nothing, "line_number": place, "sku": sku, "quantity": units,
            "unit_price_amount": price, "gross_amount": price * units, "net_amount": price * units,
            "is_tax_included": False, "status": "completed",
        }
        for place, (sku, units) in enumerate(lines, start=1)
    ]  # fmt: skip
    paid = {
        **money, "payment_id": number, "order_id": number, "ordered_at": at(day),
        "processed_at": at(day), "payment_kind": "sale", "payment_method": "card",
        "status": "success", "amount": net + 1, "fee_amount": Decimal("0.1000"),
    }  # fmt: skip
    return [
        delivery("commerce.orders", str(number), 1, [head]),
        delivery("commerce.order_lines", str(number), 1, order_lines),
        delivery("commerce.payments", str(number), 1, [paid]),
        sent(number, day, 1, None),
    ]


def sent(number: int, day: int, version: int, cost: Decimal | None) -> Delivery:
    parcel = {
        "shipment_id": number, "order_id": number, "ordered_at": at(day), "store_id": "S1",
        "carrier": "Post", "shipped_at": at(day + 1), "promised_date": FIRST + timedelta(day + 3),
        "unit_count": 1, "shipping_cost_amount": cost, "currency_code": "USD",
        "status": "in_transit",
    }  # fmt: skip
    return delivery("commerce.shipments", str(number), version, [parcel])


def costs(version: int, amount: str) -> Delivery:
    known = {"sku": "A", "valid_from_date": FIRST, "currency_code": "USD"}
    return delivery(
        "erp.product_costs", "A", version, [{**known, "unit_cost_amount": Decimal(amount)}]
    )


PRODUCTS = delivery(
    "erp.products", "all", 1,
    [
        {
            "sku": sku, "changed_at": at(-30), "product_name": sku, "product_kind": "merchandise",
            "brand": "Own", "department": "Food", "category": "Bread", "subcategory": "White",
            "list_price_amount": Decimal("3.33"), "tax_class": "standard", "is_serialised": False,
            "warranty_month_count": 0, "weight_gram_count": 1, "launched_date": FIRST,
        }
        for sku in ("A", "B")
    ],
)  # fmt: skip
STORES = delivery(
    "erp.stores", "all", 1,
    [
        {
            "store_id": store, "changed_at": at(-30), "store_name": store, "channel": "store",
            "country_code": "DE", "time_zone": "Europe/Berlin", "trading_day_start_hour": 0,
            "currency_code": "USD", "opened_date": FIRST,
        }
        for store in ("S1", "S2")
    ],
)  # fmt: skip
# The later weeks come before the first; then invoices and a cost that everything since hangs on.
GROUPS = [
    [PRODUCTS, STORES, *supplied(range(14, 40)), *ordered(2, 20, ("A", 1), ("B", 2), ("A", 3))],
    [*supplied(range(14)), costs(1, "1.70"), *ordered(1, 5, ("A", 2)), *ordered(3, 39, ("B", 1))],
    [*supplied(range(14), 2, Decimal("2.8000")), costs(2, "1.10"), sent(2, 20, 2, Decimal("4.9"))],
]


def averages() -> dict[tuple[str, date], Decimal]:
    """Average by hand what the last deliveries tell, receipt by receipt."""
    told = [*stock(4, range(40))]
    found: dict[tuple[str, date], Decimal] = {}
    for sku, standard in (("A", Decimal("1.1000")), ("B", None)):
        average, units = Decimal(0), 0
        for day in range(40):
            today = FIRST + timedelta(day)
            rows = [
                (row, order)
                for row, order in told
                if (row["sku"], row["stock_date"]) == (sku, today)
            ]
            late = Decimal("2.8000") if day < 14 else None
            came = [
                (order["received_unit_count"], order["unit_cost_amount"] or late or standard)
                for _, order in rows
                if order
            ]
            known = [(count, cost) for count, cost in came if cost]
            if known:
                brought = sum(count for count, _ in known)
                value = average * units + sum(count * cost for count, cost in known)
                average = value / (units + brought)
                found[sku, today] = average
            units += sum(row["received_unit_count"] - row["sold_unit_count"] for row, _ in rows)
    return found


@pytest.fixture(scope="module")
def dbt_run(dbt: Dbt) -> Any:
    def run(warehouse: SyntheticWarehouse, *options: str) -> dict[str, list[tuple[Any, ...]]]:
        dbt(warehouse, "run", "--select", *SELECTED, *options)
        return {mart: warehouse.rows(mart) for mart in MARTS}

    return run


def test_increments_end_as_a_full_refresh_and_averages_as_by_hand(
    dbt_run: Any, warehouse: SyntheticWarehouse
) -> None:
    for group in GROUPS:
        warehouse.deliver(*group)
        built = dbt_run(warehouse)
    assert built == dbt_run(warehouse, "--full-refresh")
    assert all(built.values())
    in_mart = {
        (sku, day): cost
        for sku, day, cost in warehouse.run(
            "select sku, valid_from_date, unit_cost_amount from marts.fct_product_costs"
            " where cost_method = 'moving_average'"
        )
    }
    by_hand = {
        key: cost.quantize(Decimal("0.0001"), ROUND_HALF_UP) for key, cost in averages().items()
    }
    assert in_mart == by_hand
    # What order 2 cost and brought as a whole is in its lines to the last digit.
    [shares] = warehouse.run(
        "select sum(shipping_cost_amount), sum(payment_fee_amount), sum(shipping_income_amount)"
        " from marts.fct_profit_lines where order_id = '2'"
    )
    assert shares == (Decimal("4.9"), Decimal("0.1"), Decimal(1))
