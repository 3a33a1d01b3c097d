with

warranty_claims as (

    select * from {{ source('after_sale', 'warranty_claims') }}

),

stg_after_sale__warranty_claims as (

    select
        cast(claim_id as {{ dbt.type_string() }}) as claim_id,
        updated_at,
        cast(contract_id as {{ dbt.type_string() }}) as contract_id,
        serial_number,
        cast(customer_id as {{ dbt.type_string() }}) as customer_id,
        claimed_at,
        failure_code,
        status,
        closed_at,
        cast(cost_amount as {{ dbt.type_numeric() }}) as cost_amount,
        currency_code
    from warranty_claims

)

select * from stg_after_sale__warranty_claims
