with

coupon_redemptions as (

    select
        *,
        cast(redemption_date as {{ dbt.type_string() }}) as redemption_day
    from {{ ref('stg_complete_journey__coupon_redemptions') }}

),

offer_redemptions as (

    select
        *,
        {{ to_reporting_date('redeemed_at') }} as redemption_date
    from {{ ref('stg_marketing__offer_redemptions') }}

),

exchange_rates as (

    select * from {{ ref('stg_commerce__fx_rates') }}

),

int_offer_redemptions_unified as (

    select
        {{ dbt.concat([
            "campaign_id", "'-'", "coupon_upc", "'-'", "household_id", "'-'", "redemption_day",
        ]) }} as redemption_id,
        campaign_id as offer_id,
        coupon_upc,
        household_id as customer_id,
        cast(null as {{ dbt.type_string() }}) as order_id,
        cast(null as {{ dbt.type_timestamp() }}) as redeemed_at,
        cast(redemption_date as date) as redemption_date,
        cast(null as {{ dbt.type_string() }}) as order_currency_code,
        cast(null as {{ dbt.type_numeric() }}) as order_currency_discount_amount,
        cast(null as {{ dbt.type_numeric() }}) as discount_amount
    from coupon_redemptions
    union all
    select
        offer_redemptions.redemption_id,
        offer_redemptions.offer_id,
        cast(null as {{ dbt.type_string() }}) as coupon_upc,
        offer_redemptions.customer_id,
        offer_redemptions.order_id,
        offer_redemptions.redeemed_at,
        offer_redemptions.redemption_date,
        offer_redemptions.currency_code as order_currency_code,
        offer_redemptions.discount_amount as order_currency_discount_amount,
        {{ in_reporting_currency(
            "offer_redemptions.discount_amount",
            "offer_redemptions.currency_code",
            "exchange_rates.rate",
        ) }} as discount_amount
    from offer_redemptions
    left join exchange_rates
        on offer_redemptions.currency_code = exchange_rates.currency_code
        and offer_redemptions.redemption_date = exchange_rates.rate_date

)

select * from int_offer_redemptions_unified
