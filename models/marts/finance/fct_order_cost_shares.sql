-- Shares are rounded, and the first line of an order takes what that leaves, so that they add up.
{{ by_day(
    "order_date",
    cluster_by=["order_line_id"],
    replaced="{{ dates_of(days_recosted()) }}",
) }}
{%- set days = days_recosted() %}
{%- set amounts = ["shipping_income_amount", "shipping_cost_amount", "payment_fee_amount"] %}

with

order_lines as (

    select * from {{ ref('fct_order_lines') }}
    where
        source_name = 'commerce'
        and line_type != 'return'
        {% if is_incremental() -%}
        and {{ in_days("order_date", days) }}
        {%- endif %}

),

order_costs as (

    select * from {{ ref('fct_order_costs') }}
    {% if is_incremental() -%}
    where {{ in_days("order_date", days) }}
    {%- endif %}

),

costs_shared as (

    select
        order_lines.order_line_id,
        order_lines.order_id,
        {%- for amount in amounts %}
        cast(
            case
                when order_costs.carrier_paid_amount = 0
                    then round(order_costs.{{ amount }} / order_costs.carrier_line_count, 4)
                else round(
                    order_costs.{{ amount }}
                    * order_lines.shopper_paid_amount / order_costs.carrier_paid_amount,
                    4
                )
            end as {{ dbt.type_numeric() }}
        ) as {{ amount }},
        {%- endfor %}
        order_lines.order_date
    from order_lines
    inner join order_costs
        on order_lines.order_id = order_costs.order_id

),

shares_added_up as (

    select
        order_id,
        {%- for amount in amounts %}
        sum({{ amount }}) as {{ amount }},
        {%- endfor %}
        min(order_line_id) as order_line_id
    from costs_shared
    group by order_id

),

costs_left as (

    select
        {%- for amount in amounts %}
        order_costs.{{ amount }} - shares_added_up.{{ amount }} as {{ amount }},
        {%- endfor %}
        shares_added_up.order_line_id
    from shares_added_up
    inner join order_costs
        on shares_added_up.order_id = order_costs.order_id

),

fct_order_cost_shares as (

    select
        costs_shared.order_line_id,
        costs_shared.order_id,
        costs_shared.order_date,
        {%- for amount in amounts %}
        cast(
            costs_shared.{{ amount }} + case
                when costs_left.order_line_id is null then 0
                else costs_left.{{ amount }}
            end as {{ dbt.type_numeric() }}
        ) as {{ amount }},
        {%- endfor %}
        cast('{{ currency_code() }}' as {{ dbt.type_string() }}) as currency_code
    from costs_shared
    left join costs_left
        on costs_shared.order_line_id = costs_left.order_line_id

)

select * from fct_order_cost_shares
