with

offers as (

    select * from {{ ref('dim_offers') }}
    where offer_id != 'unknown'

),

assignments_counted as (

    select
        offer_id,
        sum(case when arm = 'treatment' then 1 else 0 end) as treated_count,
        sum(case when arm = 'holdout' then 1 else 0 end) as held_out_count,
        sum(case when arm = 'treatment' and redemption_count > 0 then 1 else 0 end)
            as treated_redeemer_count,
        sum(case when is_randomised then 1 else 0 end) as randomised_count
    from {{ ref('fct_offer_assignments') }}
    group by offer_id

),

redemptions_added_up as (

    select
        offer_id,
        count(*) as redemption_count,
        sum(discount_amount) as discount_amount
    from {{ ref('fct_offer_redemptions') }}
    group by offer_id

),

offers_with_costs as (

    select
        offers.*,
        coalesce(assignments_counted.treated_count, 0) as treated_count,
        coalesce(assignments_counted.held_out_count, 0) as held_out_count,
        coalesce(assignments_counted.treated_redeemer_count, 0) as treated_redeemer_count,
        coalesce(assignments_counted.randomised_count, 0) > 0 as is_randomised,
        coalesce(redemptions_added_up.redemption_count, 0) as redemption_count,
        case
            when redemptions_added_up.offer_id is null then 0
            else redemptions_added_up.discount_amount
        end as given_amount,
        round(
            coalesce(assignments_counted.treated_count, 0) * offers.contact_cost_amount, 2
        ) as contact_amount
    from offers
    left join assignments_counted
        on offers.offer_id = assignments_counted.offer_id
    left join redemptions_added_up
        on offers.offer_id = redemptions_added_up.offer_id

),

fct_offers as (

    select
        offer_id,
        campaign_id,
        start_date,
        end_date,
        is_randomised,
        cast(treated_count as {{ dbt.type_bigint() }}) as treated_count,
        cast(held_out_count as {{ dbt.type_bigint() }}) as held_out_count,
        cast(treated_redeemer_count as {{ dbt.type_bigint() }}) as treated_redeemer_count,
        cast(redemption_count as {{ dbt.type_bigint() }}) as redemption_count,
        cast(given_amount as {{ dbt.type_numeric() }}) as discount_amount,
        cast(round(given_amount * supplier_funding_rate, 2) as {{ dbt.type_numeric() }})
            as supplier_funded_amount,
        cast(contact_amount as {{ dbt.type_numeric() }}) as contact_cost_amount,
        cast('{{ currency_code() }}' as {{ dbt.type_string() }}) as currency_code
    from offers_with_costs

)

select * from fct_offers
