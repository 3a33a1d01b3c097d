{%- set outcomes = [
    "delivered", "accepted", "quarantined", "rejected", "superseded", "replayed", "waived", "open"
] %}

with

deliveries as (

    select * from {{ source('ops', 'deliveries') }}

),

stg_ops__deliveries as (

    select
        delivery_id,
        cast(published_seq as {{ dbt.type_bigint() }}) as published_seq,
        source as source_name,
        feed as feed_name,
        file_name,
        kind as delivery_kind,
        status as delivery_status,
        {%- for outcome in outcomes %}
        cast(records_{{ outcome }} as {{ dbt.type_bigint() }}) as {{ outcome }}_record_count,
        cast(control_{{ outcome }} as {{ dbt.type_numeric() }}) as {{ outcome }}_amount,
        {%- endfor %}
        cast(records_unreadable as {{ dbt.type_bigint() }}) as unreadable_record_count,
        declared_order,
        started_at,
        finished_at
    from deliveries

)

select * from stg_ops__deliveries
