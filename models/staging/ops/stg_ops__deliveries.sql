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
        cast(records_delivered as {{ dbt.type_bigint() }}) as delivered_record_count,
        cast(records_accepted as {{ dbt.type_bigint() }}) as accepted_record_count,
        cast(records_quarantined as {{ dbt.type_bigint() }}) as quarantined_record_count,
        cast(records_rejected as {{ dbt.type_bigint() }}) as rejected_record_count,
        cast(records_superseded as {{ dbt.type_bigint() }}) as superseded_record_count,
        cast(records_replayed as {{ dbt.type_bigint() }}) as replayed_record_count,
        cast(records_waived as {{ dbt.type_bigint() }}) as waived_record_count,
        cast(records_open as {{ dbt.type_bigint() }}) as open_record_count,
        cast(records_unreadable as {{ dbt.type_bigint() }}) as unreadable_record_count,
        cast(control_delivered as {{ dbt.type_numeric() }}) as delivered_amount,
        cast(control_accepted as {{ dbt.type_numeric() }}) as accepted_amount,
        cast(control_quarantined as {{ dbt.type_numeric() }}) as quarantined_amount,
        cast(control_rejected as {{ dbt.type_numeric() }}) as rejected_amount,
        cast(control_superseded as {{ dbt.type_numeric() }}) as superseded_amount,
        cast(control_replayed as {{ dbt.type_numeric() }}) as replayed_amount,
        cast(control_waived as {{ dbt.type_numeric() }}) as waived_amount,
        cast(control_open as {{ dbt.type_numeric() }}) as open_amount,
        declared_order,
        started_at,
        finished_at
    from deliveries

)

select * from stg_ops__deliveries
