{%- set horizons = [4, 13, 26, 52, 156] -%}
{%- set ranged = [13, 52, 156] -%}

with

customers as (

    select
        *,
        {{ lifetime_frequency_step('frequency_count') }} as frequency_step,
        {{ lifetime_day_step('recency_day_count') }} as recency_step,
        {{ lifetime_day_step('age_day_count') }} as age_step,
        cast(least(floor(age_day_count / 7.0 + 0.5), 520) as {{ dbt.type_bigint() }})
            as age_week_count
    from {{ ref('int_customer_lifetimes') }}

),

survival as (

    select * from {{ ref('lifetime_value_survival') }}

),

forecasts as (

    select * from {{ ref('lifetime_value_forecasts') }}

),

ranges as (

    select * from {{ ref('lifetime_value_ranges') }}

),

spends as (

    select
        fitted_for,
        max(case when parameter_name = 'p' then estimate end) as p,
        max(case when parameter_name = 'q' then estimate end) as q,
        max(case when parameter_name = 'gamma' then estimate end) as gamma
    from {{ ref('lifetime_value_parameters') }}
    where model_name = 'gamma_gamma'
    group by fitted_for

),

-- What may have ended after the last purchase, less what would have ended after the cut-off only.
-- Who bought on the last day has the same odds twice, but for the last digit.
customers_alive as (

    select
        customers.*,
        case
            when at_cutoff.log_alive is not null
                then
                    least(
                        1 / (
                            1
                            + {{ lifetime_odds("at_last.log_ended - at_cutoff.log_alive") }}
                            - {{ lifetime_odds("at_cutoff.log_left_later - at_cutoff.log_alive") }}
                        ),
                        1
                    )
        end as p_alive
    from customers
    left join survival as at_last
        on customers.fitted_for = at_last.fitted_for
        and customers.frequency_step = at_last.frequency_count
        and customers.recency_step = at_last.day_count
    left join survival as at_cutoff
        on customers.fitted_for = at_cutoff.fitted_for
        and customers.frequency_step = at_cutoff.frequency_count
        and customers.age_step = at_cutoff.day_count

),

customers_foreseen as (

    select
        customers_alive.*,
        forecasts.discounted_purchases * customers_alive.p_alive as discounted_purchases,
        {%- for horizon in horizons %}
        forecasts.purchases_{{ horizon }}_weeks * customers_alive.p_alive
            as purchases_{{ horizon }}_weeks,
        {%- endfor %}
        -- Spend below 0 counts as none: the customer's own purchases then pull towards 0.
        spends.p * (
            spends.gamma
            + greatest(cast(customers_alive.net_sales_amount as {{ dbt.type_float() }}), 0)
        ) / (spends.p * (customers_alive.frequency_count + 1) + spends.q - 1) as expected_spend,
        cast(floor(customers_alive.p_alive * 20 + 0.5) as {{ dbt.type_bigint() }}) as alive_step,
        {{ lifetime_age_step('customers_alive.age_week_count') }} as range_week_count
    from customers_alive
    left join forecasts
        on customers_alive.fitted_for = forecasts.fitted_for
        and customers_alive.frequency_step = forecasts.frequency_count
        and customers_alive.age_week_count = forecasts.age_week_count
    left join spends
        on customers_alive.fitted_for = spends.fitted_for

),

int_customer_lifetimes_forecast as (

    select
        customers_foreseen.customer_id,
        customers_foreseen.fitted_for,
        customers_foreseen.cutoff_date,
        customers_foreseen.frequency_count,
        customers_foreseen.recency_day_count,
        customers_foreseen.age_day_count,
        customers_foreseen.net_sales_amount,
        customers_foreseen.currency_code,
        customers_foreseen.expected_spend,
        customers_foreseen.discounted_purchases,
        {%- for horizon in horizons %}
        customers_foreseen.purchases_{{ horizon }}_weeks,
        {%- endfor %}
        {%- for horizon in ranged %}
        ranges.purchases_{{ horizon }}_weeks_lower,
        ranges.purchases_{{ horizon }}_weeks_upper,
        {%- endfor %}
        customers_foreseen.p_alive
    from customers_foreseen
    left join ranges
        on customers_foreseen.fitted_for = ranges.fitted_for
        and customers_foreseen.frequency_step = ranges.frequency_count
        and customers_foreseen.range_week_count = ranges.age_week_count
        and customers_foreseen.alive_step = ranges.alive_step

)

select * from int_customer_lifetimes_forecast
