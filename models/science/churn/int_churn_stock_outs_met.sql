-- A customer meets a stock-out who buys at a store where something is out of stock that the
-- customer bought there before. All that it takes has to be known; a delivery that was booked late
-- ends the stock-out when it is known.
with

stock_outs as (

    select * from {{ ref('int_churn_stock_known') }}
    where is_stocked_out

),

lines as (

    select * from {{ ref('int_churn_lines_known') }}

),

visits as (

    select distinct
        customer_id,
        store_id,
        order_date,
        known_from_date,
        known_to_date
    from lines

),

habits as (

    select distinct
        stock_outs.*,
        lines.customer_id,
        lines.order_date as bought_date,
        lines.known_from_date as bought_known_from_date,
        lines.known_to_date as bought_known_to_date
    from stock_outs
    inner join lines
        on stock_outs.store_id = lines.store_id
        and stock_outs.sku = lines.sku
        and stock_outs.stock_date > lines.order_date
        and {{ add_days("stock_outs.stock_date", -182) }} <= lines.order_date

),

int_churn_stock_outs_met as (

    select distinct
        'stock_out' as event_name,
        visits.customer_id,
        visits.order_date as event_date,
        greatest(
            visits.known_from_date, habits.known_from_date, habits.bought_known_from_date
        ) as known_from_date,
        nullif(
            least(
                coalesce(visits.known_to_date, date '9999-12-31'),
                coalesce(habits.bought_known_to_date, date '9999-12-31'),
                case
                    when visits.order_date >= habits.next_stock_date
                        then habits.next_known_from_date
                    else date '9999-12-31'
                end
            ),
            date '9999-12-31'
        ) as known_to_date
    from habits
    inner join visits
        on habits.customer_id = visits.customer_id
        and habits.store_id = visits.store_id
        and habits.stock_date <= visits.order_date
        and (
            habits.next_known_from_date is null
            or habits.next_known_from_date > visits.order_date
        )

)

select * from int_churn_stock_outs_met
