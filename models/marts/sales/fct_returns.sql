-- Where no source names the sale that a return undoes, it depends on all that its customer bought
-- of its product in the `longest_return_days` before: a touched day recomputes as many days after.
{{ by_day(
    "return_date",
    cluster_by=["customer_id", "product_id"],
    replaced="{{ dates_of(days_touched(), after=longest_return_days()) }}",
) }}
{%- set days = days_touched() %}
{%- set longest = longest_return_days() %}
{%- set kept = "case when is_matched_by_source or days <= " ~ longest ~ " then" %}

with

returns as (

    select * from {{ ref('fct_order_lines') }}
    where
        line_type = 'return'
        {% if is_incremental() -%}
        and {{ in_days("order_date", days, after=longest) }}
        {%- endif %}

),

-- Nobody knows whether two unknown customers are one: their sales match nothing.
sales as (

    select * from {{ ref('fct_order_lines') }}
    where
        line_type = 'sale'
        and customer_id != 'unknown'
        and source_name != 'commerce'
        {% if is_incremental() -%}
        and {{ in_days("order_date", days, before=longest, after=longest) }}
        {%- endif %}

),

pairs_with_returns as (

    select distinct
        customer_id,
        sku
    from returns
    where sale_order_line_id is null

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
        ) as matched_{{ column }},
        {%- endfor %}
        *
    from lines_of_pairs

),

returns_dated as (

    select
        lines_matched.*,
        coalesce(
            cast({{ on_clock("lines_matched.sold_at", "clocks") }} as date),
            lines_matched.matched_order_date
        ) as sale_date
    from lines_matched
    left join {{ ref('int_clocks_offset') }} as clocks
        on cast(lines_matched.sold_at as date) = clocks.utc_date
        and clocks.time_zone = '{{ reporting_time_zone() }}'
    where lines_matched.line_type = 'return'

),

returns_matched as (

    select
        *,
        {{ dbt.datediff('sale_date', 'order_date', 'day') }} as days,
        sale_order_line_id is not null as is_matched_by_source
    from returns_dated

),

fct_returns as (

    select
        order_line_id,
        order_id,
        customer_id,
        is_guest,
        store_id,
        channel,
        product_id,
        product_version_id,
        sku,
        ordered_at as returned_at,
        order_date as return_date,
        is_matched_by_source,
        coalesce(sale_order_line_id, {{ kept }} matched_order_line_id end) as sale_order_line_id,
        coalesce(sale_order_id, {{ kept }} matched_order_id end) as sale_order_id,
        coalesce(sold_at, {{ kept }} matched_ordered_at end) as sold_at,
        {{ kept }} sale_date end as sale_date,
        {{ kept }} cast(days as {{ dbt.type_bigint() }}) end as days_to_return_count,
        -unit_count as returned_unit_count,
        cast(-gross_sales_amount as {{ dbt.type_numeric() }}) as returned_gross_sales_amount,
        cast(-net_sales_amount as {{ dbt.type_numeric() }}) as returned_net_sales_amount,
        cast(-tax_amount as {{ dbt.type_numeric() }}) as returned_tax_amount,
        cast(-shopper_paid_amount as {{ dbt.type_numeric() }}) as refunded_amount,
        cast(-constant_net_sales_amount as {{ dbt.type_numeric() }})
            as constant_returned_net_sales_amount,
        currency_code,
        order_currency_code
    from returns_matched

)

select * from fct_returns
