-- Central banks publish no rates on weekends and holidays, and today's comes tomorrow: until a date
-- has a rate of its own, the latest of the four days before it holds.
with

fx_rates as (

    select * from {{ ref('stg_commerce__fx_rates') }}
    where reporting_currency_code = '{{ currency_code() }}'

),

constant_rates as (

    select * from {{ ref('constant_exchange_rates') }}
    where reporting_currency_code = '{{ currency_code() }}'

),

rates_carried_on as (

    {% for day_count in range(longest_rate_gap_days() + 1) -%}
    select
        {{ add_days("rate_date", day_count) }} as rate_date,
        currency_code,
        rate,
        {{ day_count }} as day_count
    from fx_rates
    {{ "union all" if not loop.last }}
    {% endfor %}

),

rates_ranked as (

    select
        *,
        row_number() over (partition by rate_date, currency_code order by day_count) as rate_rank
    from rates_carried_on

),

int_exchange_rates_filled as (

    select
        rates_ranked.rate_date,
        rates_ranked.currency_code,
        cast(round(rates_ranked.rate, 6) as {{ dbt.type_numeric() }}) as exchange_rate,
        cast(constant_rates.rate as {{ dbt.type_numeric() }}) as constant_exchange_rate
    from rates_ranked
    left join constant_rates
        on rates_ranked.currency_code = constant_rates.currency_code
    where rates_ranked.rate_rank = 1

)

select * from int_exchange_rates_filled
