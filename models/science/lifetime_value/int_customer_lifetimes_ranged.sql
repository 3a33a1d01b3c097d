{%- set foreseen = ["p_alive", "discounted_purchases"] -%}

with

customers as (

    select
        *,
        {{ lifetime_age_step('age_week_count') }} as range_week_count,
        cast(floor(p_alive * 20 + 0.5) as {{ dbt.type_bigint() }}) as alive_step
    from {{ ref('int_customer_lifetimes_forecast') }}

),

ranges as (

    select * from {{ ref('lifetime_value_ranges') }}

),

int_customer_lifetimes_ranged as (

    select
        {%- for horizon in [13, 52, 156] %}
        ranges.purchases_{{ horizon }}_weeks_lower,
        ranges.purchases_{{ horizon }}_weeks_upper,
        {%- endfor %}
        {%- for horizon in [4, 13, 26, 52, 156] %}
        customers.purchases_{{ horizon }}_weeks,
        {%- endfor %}
        {%- for column in lifetime_columns() + foreseen %}
        customers.{{ column }},
        {%- endfor %}
        customers.expected_spend
    from customers
    left join ranges
        on customers.fitted_for = ranges.fitted_for
        and customers.frequency_step = ranges.frequency_count
        and customers.range_week_count = ranges.age_week_count
        and customers.alive_step = ranges.alive_step

)

select * from int_customer_lifetimes_ranged
