-- What a return is matched to depends on all that its customer bought of its product in the
-- `longest_return_days` before it, so a touched day recomputes the returns of as many days after.
{{ by_day(
    "return_date",
    cluster_by=["customer_id", "product_id"],
    replaced="{{ dates_of(days_touched(), after=longest_return_days()) }}",
) }}
{%- set days = days_touched() %}
{%- set longest = longest_return_days() %}

with

returns as (

    select * from {{ ref('fct_order_lines') }}
    where
        line_type = 'return'
        {% if is_incremental() -%}
        and {{ in_days("order_date", days, after=longest) }}
        {%- endif %}

),

-- Nobody knows whether two unknown customers are one, so their sales match nothing.
sales as (

    select * from {{ ref('fct_order_lines') }}
    where
        line_type = 'sale'
        and customer_id != 'unknown'
        {% if is_incremental() -%}
        and {{ in_days("order_date", days, before=longest, after=longest) }}
        {%- endif %}

),

pairs_with_returns as (

    select distinct
        customer_id,
        sku
    from returns

),

sales_of_pairs as (

    select sales.*
    from sales
    inner join pairs_with_returns
        on sales.customer_id = pairs_with_returns.customer_id
        and sales.sku = pairs_with_returns.sku

),

lines_of_pairs as (

    select
        *,
        0 as place
    from returns
    union all
    select
        *,
        1 as place
    from sales_of_pairs

),

-- The latest sale strictly before the return; of sales at one time the highest order and line.
lines_matched as (

    select
        {%- for column in ["order_line_id", "order_id", "ordered_at", "order_date"] %}
        last_value(case when line_type = 'sale' then {{ column }} end ignore nulls) over (
            partition by customer_id, sku
            order by ordered_at, place, order_id, order_line_id
            rows between unbounded preceding and current row
        ) as sale_{{ column }},
        {%- endfor %}
        *
    from lines_of_pairs

),

returns_matched as (

    select
        *,
        coalesce(
            {{ dbt.datediff('sale_order_date', 'order_date', 'day') }} <= {{ longest }}, false
        ) as is_matched
    from lines_matched
    where line_type = 'return'

),

fct_returns as (

    select
        order_line_id,
        order_id,
        customer_id,
        store_id,
        product_id,
        sku,
        ordered_at as returned_at,
        order_date as return_date,
        case when is_matched then sale_order_line_id end as sale_order_line_id,
        case when is_matched then sale_order_id end as sale_order_id,
        case when is_matched then sale_ordered_at end as sold_at,
        case when is_matched then sale_order_date end as sale_date,
        case
            when is_matched
                then cast(
                    {{ dbt.datediff('sale_order_date', 'order_date', 'day') }}
                    as {{ dbt.type_bigint() }}
                )
        end as days_to_return_count,
        -unit_count as returned_unit_count,
        cast(-gross_sales_amount as {{ dbt.type_numeric() }}) as returned_gross_sales_amount,
        cast(-net_sales_amount as {{ dbt.type_numeric() }}) as returned_net_sales_amount,
        cast(-shopper_paid_amount as {{ dbt.type_numeric() }}) as refunded_amount,
        currency_code
    from returns_matched

)

select * from fct_returns
