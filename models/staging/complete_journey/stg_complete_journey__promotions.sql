with

promotions as (

    select * from {{ source('complete_journey', 'promotions') }}

),

stg_complete_journey__promotions as (

    select
        cast(product_id as {{ dbt.type_string() }}) as product_id,
        cast(store_id as {{ dbt.type_string() }}) as store_id,
        display_location,
        mailer_location,
        cast(week as {{ dbt.type_bigint() }}) as week_number,
        _delivery_id as delivery_id,
        cast(_line as {{ dbt.type_bigint() }}) as delivery_line,
        cast(_loaded_at as {{ dbt.type_timestamp() }}) as loaded_at
    from promotions

)

select * from stg_complete_journey__promotions
