with

validation_results as (

    select * from {{ source('ops', 'validation_results') }}

),

stg_ops__validation_results as (

    select
        delivery_id,
        source as source_name,
        feed as feed_name,
        rule as rule_name,
        expectation as expectation_name,
        severity,
        checked_by,
        success as is_passed,
        cast(unexpected_count as {{ dbt.type_bigint() }}) as unexpected_record_count,
        observed as observed_value
    from validation_results

)

select * from stg_ops__validation_results
