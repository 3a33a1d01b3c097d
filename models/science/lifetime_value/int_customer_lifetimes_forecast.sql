with

customers as (

    select
        *,
        {{ lifetime_week_step('age_day_count') }} as age_week_count
    from {{ ref('int_customers_alive') }}

),

forecasts as (

    select * from {{ ref('lifetime_value_forecasts') }}

),

parameters as (

    select * from {{ ref('int_lifetime_value_parameters') }}

),

int_customer_lifetimes_forecast as (

    select
        {%- for column in lifetime_columns() + ["frequency_step", "age_week_count", "p_alive"] %}
        customers.{{ column }},
        {%- endfor %}
        {%- for horizon in [4, 13, 26, 52, 156] %}
        forecasts.purchases_{{ horizon }}_weeks * customers.p_alive
            as purchases_{{ horizon }}_weeks,
        {%- endfor %}
        forecasts.discounted_purchases * customers.p_alive as discounted_purchases,
        {{ lifetime_spend("customers", "parameters") }} as expected_spend
    from customers
    left join forecasts
        on customers.fitted_for = forecasts.fitted_for
        and customers.frequency_step = forecasts.frequency_count
        and customers.age_week_count = forecasts.age_week_count
    left join parameters
        on customers.fitted_for = parameters.fitted_for

)

select * from int_customer_lifetimes_forecast
