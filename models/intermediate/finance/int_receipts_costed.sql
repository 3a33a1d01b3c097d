-- Until a supplier's invoice is in, its goods are worth their standard cost; goods without either
-- change no average.
with

purchase_orders as (

    select * from {{ ref('stg_erp__purchase_orders') }}
    where
        received_date is not null
        and received_unit_count > 0

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates_filled') }}

),

product_costs as (

    select * from {{ ref('int_product_costs_dated') }}

),

stock_levels as (

    select * from {{ ref('int_stock_levels_added_up') }}

),

lines_costed as (

    select
        purchase_orders.sku,
        purchase_orders.received_date,
        purchase_orders.received_unit_count,
        product_costs.unit_cost_amount as standard_unit_cost_amount,
        coalesce(
            {{ in_reporting_currency(
                "purchase_orders.unit_cost_amount",
                "purchase_orders.currency_code",
                "exchange_rates.exchange_rate",
                digits=4,
            ) }},
            product_costs.unit_cost_amount
        ) as unit_cost_amount
    from purchase_orders
    left join exchange_rates
        on purchase_orders.ordered_date = exchange_rates.rate_date
        and purchase_orders.currency_code = exchange_rates.currency_code
    left join product_costs
        on purchase_orders.sku = product_costs.sku
        and purchase_orders.received_date >= product_costs.valid_from_date
        and purchase_orders.received_date < coalesce(
            product_costs.valid_to_date, cast('9999-12-31' as date)
        )

),

days_added_up as (

    select
        sku,
        received_date,
        row_number() over (partition by sku order by received_date) = 1 as is_first,
        min(standard_unit_cost_amount) as standard_unit_cost_amount,
        sum(received_unit_count) as received_unit_count,
        sum(received_unit_count * unit_cost_amount) as received_cost_amount
    from lines_costed
    where unit_cost_amount is not null
    group by sku, received_date

),

-- Stock from before the first receipt is worth its standard cost, and nobody knows what it is worth
-- without one: then the first receipt alone makes the first average.
int_receipts_costed as (

    select
        days_added_up.sku,
        days_added_up.received_date,
        days_added_up.is_first,
        cast(
            case
                when
                    days_added_up.is_first
                    and days_added_up.standard_unit_cost_amount is null
                    then 0
                else greatest(coalesce(stock_levels.opening_unit_count, 0), 0)
            end as {{ dbt.type_bigint() }}
        ) as stock_unit_count,
        case
            when days_added_up.is_first then days_added_up.standard_unit_cost_amount
        end as stock_unit_cost_amount,
        cast(days_added_up.received_unit_count as {{ dbt.type_bigint() }}) as received_unit_count,
        cast(days_added_up.received_cost_amount as {{ dbt.type_numeric() }}) as received_cost_amount
    from days_added_up
    left join stock_levels
        on days_added_up.sku = stock_levels.sku
        and days_added_up.received_date = stock_levels.stock_date

)

select * from int_receipts_costed
