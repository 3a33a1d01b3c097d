with

deliveries as (

    select * from {{ ref('fct_deliveries') }}

),

-- Rules of one name count as one, which is broken where any of them is.
verdicts as (

    select
        delivery_id,
        rule_name,
        expectation_name,
        max(severity) as severity,
        max(checked_by) as checked_by,
        min(case when is_passed then 1 else 0 end) as passed_delivery_count,
        sum(unexpected_record_count) as unexpected_record_count,
        max(observed_value) as observed_value
    from {{ ref('stg_ops__validation_results') }}
    group by delivery_id, rule_name, expectation_name

),

verdicts_in_order as (

    select
        deliveries.source_name,
        deliveries.feed_name,
        verdicts.*,
        row_number() over (
            partition by
                deliveries.source_name,
                deliveries.feed_name,
                verdicts.rule_name,
                verdicts.expectation_name
            order by deliveries.published_seq desc
        ) as place
    from verdicts
    inner join deliveries on verdicts.delivery_id = deliveries.delivery_id

),

rules_added_up as (

    select
        source_name,
        feed_name,
        rule_name,
        expectation_name,
        max(case when place = 1 then severity end) as severity,
        max(case when place = 1 then checked_by end) as checked_by,
        count(*) as checked_delivery_count,
        sum(passed_delivery_count) as passed_delivery_count,
        sum(unexpected_record_count) as unexpected_record_count,
        max(case when place = 1 then delivery_id end) as last_delivery_id,
        max(case when place = 1 then passed_delivery_count end) as last_passed_count,
        max(case when place = 1 then unexpected_record_count end) as last_unexpected_record_count,
        max(case when place = 1 then observed_value end) as last_observed_value
    from verdicts_in_order
    group by source_name, feed_name, rule_name, expectation_name

),

rpt_rule_results as (

    select
        source_name,
        feed_name,
        rule_name,
        expectation_name,
        severity,
        checked_by,
        cast(checked_delivery_count as {{ dbt.type_bigint() }}) as checked_delivery_count,
        cast(passed_delivery_count as {{ dbt.type_bigint() }}) as passed_delivery_count,
        cast(
            passed_delivery_count / checked_delivery_count as {{ dbt.type_numeric() }}
        ) as passed_rate,
        cast(unexpected_record_count as {{ dbt.type_bigint() }}) as unexpected_record_count,
        last_delivery_id,
        last_passed_count = 1 as is_last_passed,
        cast(last_unexpected_record_count as {{ dbt.type_bigint() }})
            as last_unexpected_record_count,
        last_observed_value
    from rules_added_up

)

select * from rpt_rule_results
