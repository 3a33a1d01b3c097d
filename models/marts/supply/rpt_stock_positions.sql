{%- set dead_before = add_days("business_date", "-" ~ var("dead_stock_days")) %}

with

inventory_daily as (

    select * from {{ ref('fct_inventory_daily') }}

),

business_dates as (

    select business_date from {{ ref('int_business_dates_chosen') }}

),

product_costs as (

    select * from {{ ref('fct_product_costs') }}

),

inventory_known as (

    select
        inventory_daily.*,
        business_dates.business_date
    from inventory_daily
    inner join business_dates
        on inventory_daily.stock_date <= business_dates.business_date

),

pairs_added_up as (

    select
        store_id,
        sku,
        business_date,
        max(stock_date) as last_changed_date,
        max(case when received_unit_count > 0 then stock_date end) as last_received_date,
        max(case when sold_unit_count > 0 then stock_date end) as last_sold_date,
        sum(
            case
                when stock_date > {{ add_days("business_date", -28) }} then sold_unit_count
                else 0
            end
        ) as sold_28_day_unit_count
    from inventory_known
    group by store_id, sku, business_date

),

pairs_with_stock as (

    select
        pairs_added_up.*,
        inventory_known.on_hand_unit_count,
        inventory_known.inbound_unit_count,
        inventory_known.is_stocked_out,
        inventory_known.days_of_cover,
        product_costs.unit_cost_amount
    from pairs_added_up
    inner join inventory_known
        on pairs_added_up.store_id = inventory_known.store_id
        and pairs_added_up.sku = inventory_known.sku
        and pairs_added_up.last_changed_date = inventory_known.stock_date
    left join product_costs
        on pairs_added_up.sku = product_costs.sku
        and pairs_added_up.business_date >= product_costs.valid_from_date
        and pairs_added_up.business_date < coalesce(
            product_costs.valid_to_date, cast('9999-12-31' as date)
        )

),

rpt_stock_positions as (

    select
        store_id,
        sku,
        business_date,
        on_hand_unit_count,
        inbound_unit_count,
        is_stocked_out,
        last_changed_date,
        last_received_date,
        last_sold_date,
        cast(sold_28_day_unit_count as {{ dbt.type_bigint() }}) as sold_28_day_unit_count,
        days_of_cover,
        on_hand_unit_count > 0
        and coalesce(last_sold_date < {{ dead_before }}, true)
        and coalesce(last_received_date < {{ dead_before }}, true) as is_dead_stock,
        unit_cost_amount,
        cast(greatest(on_hand_unit_count, 0) * unit_cost_amount as {{ dbt.type_numeric() }})
            as stock_value_amount,
        unit_cost_amount is null as has_unknown_cost,
        cast('{{ currency_code() }}' as {{ dbt.type_string() }}) as currency_code
    from pairs_with_stock

)

select * from rpt_stock_positions
