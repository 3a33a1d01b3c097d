with

offer_assignments as (

    select * from {{ source('marketing', 'offer_assignments') }}

),

stg_marketing__offer_assignments as (

    select
        offer_id,
        cast(customer_id as {{ dbt.type_string() }}) as customer_id,
        assigned_at,
        updated_at,
        arm,
        is_randomised,
        cast(treatment_probability as {{ dbt.type_numeric() }}) as treatment_probability
    from offer_assignments

)

select * from stg_marketing__offer_assignments
