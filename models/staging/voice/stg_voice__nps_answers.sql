with

nps_answers as (

    select * from {{ source('voice', 'nps_answers') }}

),

stg_voice__nps_answers as (

    select
        cast(answer_id as {{ dbt.type_string() }}) as answer_id,
        updated_at,
        answered_at,
        cast(customer_id as {{ dbt.type_string() }}) as customer_id,
        cast(order_id as {{ dbt.type_string() }}) as order_id,
        store_id,
        survey,
        score,
        _delivery_id as delivery_id,
        cast(_line as {{ dbt.type_bigint() }}) as delivery_line,
        cast(_loaded_at as {{ dbt.type_timestamp() }}) as loaded_at
    from nps_answers

)

select * from stg_voice__nps_answers
