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
        score
    from nps_answers

)

select * from stg_voice__nps_answers
