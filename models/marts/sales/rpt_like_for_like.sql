-- The same stores and days on both sides: a day counts as a base if the one 52 weeks after it is
-- like-for-like and past, so a period that is still open is compared as far as it has come.
{%- set net_sales = semantic_measures("daily_sales", ["net_sales"])["net_sales"] %}

with

sales_hourly as (

    select
        *,
        {{ net_sales }} as net_sales
    from {{ ref('fct_sales_hourly') }}

),

store_comparability as (

    select * from {{ ref('dim_store_comparability') }}

),

business_dates as (

    select * from {{ ref('int_business_dates_chosen') }}

),

sales_compared as (

    select
        sales_hourly.trading_date,
        sum(sales_hourly.net_sales) as net_sales,
        sum(case when store_comparability.is_like_for_like then sales_hourly.net_sales else 0 end)
            as like_for_like,
        sum(
            case
                when
                    store_comparability.is_like_for_like_base
                    and {{ add_days("sales_hourly.trading_date", 364) }}
                    <= business_dates.business_date
                    then sales_hourly.net_sales
                else 0
            end
        ) as like_for_like_base
    from sales_hourly
    cross join business_dates
    inner join store_comparability
        on sales_hourly.store_id = store_comparability.store_id
        and sales_hourly.trading_date >= store_comparability.valid_from_date
        and (
            sales_hourly.trading_date < store_comparability.valid_to_date
            or store_comparability.valid_to_date is null
        )
    group by sales_hourly.trading_date

),

periods_compared as (

    {{ compare_periods(
        "sales_compared",
        ["net_sales", "like_for_like", "like_for_like_base"],
        grains=[
            "week", "month", "quarter", "year",
            "retail_week", "retail_period", "retail_quarter", "retail_year",
        ],
    ) }}

),

rpt_like_for_like as (

    select
        everything.period_id,
        everything.grain,
        everything.start_date,
        everything.end_date,
        everything.is_closed,
        everything.value as net_sales_amount,
        comparable.value as like_for_like_net_sales_amount,
        bases.comparable_value as like_for_like_base_net_sales_amount,
        {{ growth_rate("comparable.value", "bases.comparable_value") }}
            as like_for_like_growth_rate,
        cast('{{ currency_code() }}' as {{ dbt.type_string() }}) as currency_code
    from periods_compared as everything
    inner join periods_compared as comparable
        on everything.period_id = comparable.period_id
        and comparable.measure_name = 'like_for_like'
    inner join periods_compared as bases
        on everything.period_id = bases.period_id
        and bases.measure_name = 'like_for_like_base'
    where everything.measure_name = 'net_sales'

)

select * from rpt_like_for_like
