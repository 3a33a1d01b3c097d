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
        cast(treatment_probability as {{ dbt.type_numeric() }}) as treatment_probability,
        _delivery_id as delivery_id,
        cast(_line as {{ dbt.type_bigint() }}) as delivery_line,
        cast(_loaded_at as {{ dbt.type_timestamp() }}) as loaded_at
    from offer_assignments

)

select * from stg_marketing__offer_assignments
