{{ by_day("spend_date", cluster_by=["campaign_id"]) }}

with

ad_spend as (

    select * from {{ ref('stg_marketing__ad_spend') }}

),

exchange_rates as (

    select * from {{ ref('stg_commerce__fx_rates') }}

),

fct_ad_spend as (

    select
        ad_spend.spend_date,
        ad_spend.campaign_id,
        ad_spend.channel,
        ad_spend.impression_count,
        ad_spend.click_count,
        {{ in_reporting_currency(
            "ad_spend.cost_amount", "ad_spend.currency_code", "exchange_rates.rate"
        ) }} as cost_amount,
        cast('{{ currency_code() }}' as {{ dbt.type_string() }}) as currency_code,
        ad_spend.cost_amount as account_cost_amount,
        ad_spend.currency_code as account_currency_code
    from ad_spend
    left join exchange_rates
        on ad_spend.currency_code = exchange_rates.currency_code
        and ad_spend.spend_date = exchange_rates.rate_date

)

select * from fct_ad_spend
