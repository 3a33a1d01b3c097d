with

redemptions as (

    select * from {{ ref('int_offer_redemptions_unified') }}

),

int_offer_redemptions_counted as (

    select
        offer_id,
        customer_id,
        count(*) as redemption_count
    from redemptions
    group by offer_id, customer_id

)

select * from int_offer_redemptions_counted
