with

ad_spend as (

    select * from {{ source('marketing', 'ad_spend') }}

),

stg_marketing__ad_spend as (

    select
        spend_date,
        campaign_id,
        updated_at,
        channel,
        impression_count,
        click_count,
        cast(cost_amount as {{ dbt.type_numeric() }}) as cost_amount,
        currency_code
    from ad_spend

)

select * from stg_marketing__ad_spend
