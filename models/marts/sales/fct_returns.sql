-- What a return is matched to depends on all that its customer bought of its product, so a touched
-- day recomputes whole pairs of customer and SKU: those with a line on it now, and those whose
-- return or matched sale lay on it when they were built.
{{ config(
    unique_key="order_line_id",
    incremental_predicates=[
        "return_date in (select touched_day from days_touched)",
        "sale_date in (select touched_day from days_touched)",
    ],
) }}

with

order_lines as (

    select * from {{ ref('fct_order_lines') }}
    where line_type in ('sale', 'return')

),

days_touched as (

    {{ days_touched() }}

),

{% if is_incremental() -%}
pairs_touched as (

    select
        customer_id,
        sku
    from order_lines
    where order_date in (select touched_day from days_touched)
    union distinct
    select
        customer_id,
        sku
    from {{ this }}
    where
        return_date in (select touched_day from days_touched)
        or sale_date in (select touched_day from days_touched)

),
{%- endif %}

pairs_with_returns as (

    select distinct
        order_lines.customer_id,
        order_lines.sku
    from order_lines
    {% if is_incremental() -%}
    inner join pairs_touched
        on order_lines.customer_id = pairs_touched.customer_id
        and order_lines.sku = pairs_touched.sku
    {%- endif %}
    where order_lines.line_type = 'return'

),

-- Nobody knows whether two unknown customers are one, so their sales match nothing.
lines_of_pairs as (

    select
        order_lines.*,
        case when order_lines.line_type = 'sale' then 1 else 0 end as place,
        case
            when order_lines.line_type = 'sale' and order_lines.customer_id != 'unknown'
                then order_lines.order_line_id
        end as sale_line_id
    from order_lines
    inner join pairs_with_returns
        on order_lines.customer_id = pairs_with_returns.customer_id
        and order_lines.sku = pairs_with_returns.sku

),

-- The latest sale strictly before the return; of sales at one time the highest order and line.
lines_matched as (

    select
        *,
        last_value(sale_line_id ignore nulls) over (
            partition by customer_id, sku
            order by ordered_at, place, order_id, order_line_id
            rows between unbounded preceding and current row
        ) as sale_order_line_id
    from lines_of_pairs

),

fct_returns as (

    select
        returns.order_line_id,
        returns.order_id,
        returns.customer_id,
        returns.store_id,
        returns.product_id,
        returns.sku,
        returns.ordered_at as returned_at,
        returns.order_date as return_date,
        sales.order_line_id as sale_order_line_id,
        sales.order_id as sale_order_id,
        sales.ordered_at as sold_at,
        sales.order_date as sale_date,
        cast(
            {{ dbt.datediff('sales.order_date', 'returns.order_date', 'day') }}
            as {{ dbt.type_bigint() }}
        ) as days_to_return_count,
        -returns.unit_count as returned_unit_count,
        cast(-returns.gross_sales_amount as {{ dbt.type_numeric() }})
            as returned_gross_sales_amount,
        cast(-returns.net_sales_amount as {{ dbt.type_numeric() }})
            as returned_net_sales_amount,
        cast(-returns.shopper_paid_amount as {{ dbt.type_numeric() }}) as refunded_amount,
        returns.currency_code
    from lines_matched as returns
    left join order_lines as sales
        on returns.sale_order_line_id = sales.order_line_id
    where returns.line_type = 'return'

)

select * from fct_returns
