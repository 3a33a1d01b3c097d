"""What is sent: parcels of online orders, delivered, late or lost, and what carrying them costs.

Saves `shipments`; emits commerce.shipments. A row holds all times of a parcel, and a version goes out at each.
"""

from onemart.simulate.engine import Story

__all__ = ["tell"]

# Goods are picked half a day to two days after the order, which is after orders are cancelled. The carrier's
# invoice comes one to three weeks later; what it charges is in ten-thousandths, as invoices have it.
_PARCELS = """
with units as (
    select
        order_id,
        sum(quantity)::bigint as unit_count,
        count(*) as line_count
    from story.order_lines
    where ordered_at >= window_start() and ordered_at < window_end()
        and channel <> 'store' and cancelled_at is null and product_kind = 'merchandise'
    group by order_id
),
parcels as (
    select
        orders.order_id,
        orders.ordered_at,
        orders.store_id,
        orders.currency_code,
        orders.fx_rate,
        customers.country_code,
        units.unit_count,
        case when units.line_count >= 3 and u('two parcels', orders.order_id) < 0.15 then 2 else 1 end as parcel_count,
        unnest(range(1, parcel_count + 1)) as parcel_no
    from story.orders
    inner join units on orders.order_id = units.order_id
    inner join story.customers on orders.customer_id = customers.customer_id
    where orders.ordered_at >= window_start() and orders.ordered_at < window_end()
),
sent as (
    select
        *,
        ordered_at + to_seconds(
            43200 + below(130000, u('picked', order_id))
            + (parcel_no - 1) * (86400 + below(86400, u('second parcel', order_id)))
        ) as shipped_at,
        case
            when country_code = 'US' then 'Atlantic Freight'
            else pick(['Gelbe Post', 'Gelbe Post', 'Parcelway', 'Swiftline'], u('carrier', order_id))
        end as carrier
    from parcels
),
travelled as (
    select
        *,
        43200 + least(864000, exponential(
            1 / case carrier when 'Atlantic Freight' then 250000.0 when 'Parcelway' then 110000.0 else 70000.0 end,
            u('travel', order_id, parcel_no)
        ))::bigint as travel_second_count,
        u('lost parcel', order_id, parcel_no) < 0.003 as is_lost,
        case when parcel_count = 1 then unit_count else (unit_count + 2 - parcel_no) // 2 end as parcel_unit_count
    from sent
)
select
    10 * order_id + parcel_no as shipment_id,
    order_id,
    ordered_at,
    parcel_no::int as parcel_no,
    parcel_count::int as parcel_count,
    store_id,
    carrier,
    shipped_at,
    ordered_at::date + case carrier when 'Atlantic Freight' then 8 else 4 end as promised_date,
    case when not is_lost then shipped_at + to_seconds(travel_second_count) end as delivered_at,
    case when is_lost then shipped_at + to_days(21) end as lost_at,
    shipped_at + to_seconds(604800 + below(1209600, u('invoice', order_id, parcel_no))) as invoiced_at,
    parcel_unit_count::int as unit_count,
    cast(
        (case carrier when 'Atlantic Freight' then 11.4 when 'Parcelway' then 3.9 else 4.35 end + 0.1875 * parcel_unit_count)
        / fx_rate::double as decimal(12, 4)
    ) as shipping_cost_amount,
    currency_code
from travelled
"""

_VERSIONS = """
select
    *,
    versions(shipped_at, delivered_at, lost_at, invoiced_at) as version_list
from story.shipments
where ordered_at >= window_start() - interval 60 days
"""

_EMITTED = f"""
select
    shipments.* replace (
        case when delivered_at <= version.emitted_at then delivered_at end as delivered_at,
        case when invoiced_at <= version.emitted_at then shipping_cost_amount end as shipping_cost_amount
    ),
    case
        when delivered_at <= version.emitted_at then 'delivered'
        when lost_at <= version.emitted_at then 'lost'
        else 'in_transit'
    end as status,
    version.emitted_at as updated_at,
    version.emitted_at,
    version.superseded_at
from (select *, unnest(version_list) as version from ({_VERSIONS})) as shipments
"""


def tell(story: Story) -> None:
    """Send the parcels of the window's orders."""
    story.save("shipments", _PARCELS)
    story.emit("commerce.shipments", _EMITTED)
