{%- set horizons = [4, 13, 26, 52, 156] -%}
{%- set ranged = [13, 52, 156] -%}

with

customers as (

    select * from {{ ref('int_customer_lifetimes_forecast') }}
    where fitted_for = 'forecast'

),

customer_margins as (

    select * from {{ ref('int_customer_margins') }}

),

margins as (

    select
        fitted_for,
        max(case when parameter_name = 'rate' then estimate end) as rate,
        max(case when parameter_name = 'prior_spend' then estimate end) as prior_spend
    from {{ ref('lifetime_value_parameters') }}
    where model_name = 'margin'
    group by fitted_for

),

models_chosen as (

    select distinct
        fitted_for,
        model_name
    from {{ ref('lifetime_value_parameters') }}
    where is_chosen and model_name in ('bg_nbd', 'pareto_nbd')

),

-- Without a model there is a reason: that of the model that is tried first.
reasons as (

    select
        fitted_for,
        min(outcome) as outcome
    from {{ ref('lifetime_value_parameters') }}
    where model_name = 'bg_nbd'
    group by fitted_for

),

customers_with_margins as (

    select
        customers.*,
        models_chosen.model_name,
        case when models_chosen.model_name is null then reasons.outcome else 'fitted' end
            as outcome,
        -- Customers who differ by chance only, or have no sales with a known cost, have the shop's.
        case
            when margins.prior_spend is null or customer_margins.costed_net_sales_amount is null
                then margins.rate
            when customer_margins.costed_net_sales_amount <= 0 then margins.rate
            else
                (
                    cast(customer_margins.gross_margin_amount as {{ dbt.type_float() }})
                    + margins.prior_spend * margins.rate
                ) / (
                    cast(customer_margins.costed_net_sales_amount as {{ dbt.type_float() }})
                    + margins.prior_spend
                )
        end as margin_rate
    from customers
    left join customer_margins
        on customers.customer_id = customer_margins.customer_id
    left join margins
        on customers.fitted_for = margins.fitted_for
    left join models_chosen
        on customers.fitted_for = models_chosen.fitted_for
    left join reasons
        on customers.fitted_for = reasons.fitted_for

),

customers_valued as (

    select
        *,
        expected_spend * margin_rate as value_of_purchase,
        discounted_purchases / purchases_156_weeks as discount_factor
    from customers_with_margins

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
        cast(discounted_purchases * value_of_purchase as {{ dbt.type_numeric() }})
            as clv_amount,
        {%- for side in ["lower", "upper"] %}
        cast(
            purchases_156_weeks_{{ side }} * discount_factor * value_of_purchase
            as {{ dbt.type_numeric() }}
        ) as clv_{{ side }}_amount,
        {%- endfor %}
        currency_code
    from customers_valued

)

select * from fct_customer_lifetime_value
