with

superseded_lines as (

    select * from {{ source('ops', 'superseded_lines') }}

),

stg_ops__superseded_lines as (

    select
        source as source_name,
        feed as feed_name,
        delivery_id,
        cast(line as {{ dbt.type_bigint() }}) as delivery_line,
        superseded_by as superseding_delivery_id
    from superseded_lines

)

select * from stg_ops__superseded_lines
