with

delivery_periods as (

    select * from {{ source('ops', 'delivery_periods') }}

),

stg_ops__delivery_periods as (

    select
        delivery_id,
        source as source_name,
        feed as feed_name,
        period as period_name
    from delivery_periods

)

select * from stg_ops__delivery_periods
