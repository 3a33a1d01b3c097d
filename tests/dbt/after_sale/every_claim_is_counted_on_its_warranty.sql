with

warranty_claims as (

    select
        count(*) as claim_count,
        coalesce(sum(cost_amount), 0) as cost_amount
    from {{ ref('fct_warranty_claims') }}
    where contract_kind != 'unknown'

),

warranty_contracts as (

    select
        coalesce(sum(claim_count), 0) as claim_count,
        coalesce(sum(claim_cost_amount), 0) as cost_amount
    from {{ ref('fct_warranty_contracts') }}

),

every_claim_is_counted_on_its_warranty as (

    select
        warranty_claims.claim_count,
        warranty_contracts.claim_count as claim_count_of_contracts
    from warranty_claims
    cross join warranty_contracts
    where
        warranty_claims.claim_count != warranty_contracts.claim_count
        or warranty_claims.cost_amount != warranty_contracts.cost_amount

)

select * from every_claim_is_counted_on_its_warranty
