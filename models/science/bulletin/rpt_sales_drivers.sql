-- Effects are told in cents; what rounding leaves is with mix, so that they add up to the change.
-- Half a cent is half a cent on both warehouses, whose decimals differ in scale, after six digits.
{%- set logarithmic = ["customers", "frequency", "basket", "price", "promotion"] %}
{%- set numeric = dbt.type_numeric() %}

with

effects as (

    select
        {% for effect in logarithmic -%}
        round(cast(round({{ effect }}, 6) as {{ numeric }}), 2) as {{ effect }},
        {% endfor -%}
        taken_back_change_amount as returns,
        sold_change_amount,
        week_start_date,
        week_end_date,
        compared_with,
        base_start_date,
        dimension_name,
        member_name,
        net_sales_amount,
        base_net_sales_amount,
        customer_count,
        base_customer_count,
        order_count,
        base_order_count,
        even_order_count,
        base_even_order_count
    from {{ ref('int_sales_effects') }}

),

effects_that_add_up as (

    select
        *,
        sold_change_amount - ({{ logarithmic | join(" + ") }}) as mix
    from effects

),

effect_names as (

    {% for effect in sales_effects() -%}
    select
        '{{ effect }}' as effect_name,
        {{ loop.index }} as effect_number
    {{ "union all" if not loop.last }}
    {% endfor %}

),

effects_listed as (

    select
        effects_that_add_up.*,
        effect_names.effect_name,
        effect_names.effect_number,
        case effect_names.effect_name
            {% for effect in sales_effects() -%}
            when '{{ effect }}' then effects_that_add_up.{{ effect }}
            {% endfor %}
        end as effect_amount
    from effects_that_add_up
    cross join effect_names

),

rpt_sales_drivers as (

    select
        week_start_date,
        week_end_date,
        cast(compared_with as {{ dbt.type_string() }}) as compared_with,
        base_start_date,
        cast(dimension_name as {{ dbt.type_string() }}) as dimension_name,
        cast(member_name as {{ dbt.type_string() }}) as member_name,
        cast(effect_name as {{ dbt.type_string() }}) as effect_name,
        cast(effect_number as {{ dbt.type_bigint() }}) as effect_number,
        cast(effect_amount as {{ numeric }}) as effect_amount,
        cast(net_sales_amount as {{ numeric }}) as net_sales_amount,
        cast(base_net_sales_amount as {{ numeric }}) as base_net_sales_amount,
        cast(customer_count as {{ dbt.type_bigint() }}) as customer_count,
        cast(base_customer_count as {{ dbt.type_bigint() }}) as base_customer_count,
        cast(order_count as {{ dbt.type_bigint() }}) as order_count,
        cast(base_order_count as {{ dbt.type_bigint() }}) as base_order_count,
        cast(even_order_count as {{ dbt.type_bigint() }}) as even_order_count,
        cast(base_even_order_count as {{ dbt.type_bigint() }}) as base_even_order_count,
        cast('{{ currency_code() }}' as {{ dbt.type_string() }}) as currency_code
    from effects_listed

)

select * from rpt_sales_drivers
