{%- set horizons = [4, 13, 26, 52, 156] -%}
{%- set ranged = [13, 52, 156] -%}

with

customers as (

    select
        *,
        discounted_purchases / purchases_156_weeks as discount_factor
    from {{ ref('int_customer_lifetimes_ranged') }}
    where fitted_for = 'forecast'

),

customer_margin_rates as (

    select * from {{ ref('int_customer_margin_rates') }}

),

parameters as (

    select * from {{ ref('int_lifetime_value_parameters') }}

),

customers_with_margins as (

    select
        customers.*,
        parameters.model_name,
        case when parameters.model_name is null then parameters.outcome else 'fitted' end
            as outcome,
        coalesce(customer_margin_rates.margin_rate, parameters.rate) as margin_rate
    from customers
    left join customer_margin_rates
        on customers.customer_id = customer_margin_rates.customer_id
    left join parameters
        on customers.fitted_for = parameters.fitted_for

),

fct_customer_lifetime_value as (

    select
        customer_id,
        cutoff_date as business_date,
        model_name,
        outcome,
        frequency_count,
        recency_day_count,
        age_day_count,
        cast(p_alive as {{ dbt.type_numeric() }}) as p_alive,
        {%- for horizon in horizons %}
        cast(purchases_{{ horizon }}_weeks as {{ dbt.type_numeric() }})
            as purchases_{{ horizon }}_weeks,
        {%- endfor %}
        {%- for horizon in ranged %}
        purchases_{{ horizon }}_weeks_lower,
        purchases_{{ horizon }}_weeks_upper,
        {%- endfor %}
        cast(discounted_purchases as {{ dbt.type_numeric() }}) as discounted_purchases,
        cast(expected_spend as {{ dbt.type_numeric() }}) as expected_spend_amount,
        cast(margin_rate as {{ dbt.type_numeric() }}) as margin_rate,
        cast(discounted_purchases * expected_spend as {{ dbt.type_numeric() }})
            as discounted_net_sales_amount,
        cast(discounted_purchases * expected_spend * margin_rate as {{ dbt.type_numeric() }})
            as clv_amount,
        {%- for side in ["lower", "upper"] %}
        cast(
            purchases_156_weeks_{{ side }} * discount_factor * expected_spend * margin_rate
            as {{ dbt.type_numeric() }}
        ) as clv_{{ side }}_amount,
        {%- endfor %}
        '{{ currency_code() }}' as currency_code
    from customers_with_margins

)

select * from fct_customer_lifetime_value
