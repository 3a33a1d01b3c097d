with

eligibility as (

    select * from {{ ref('fct_eligibility') }}

),

answers_added_up as (

    select
        programme,
        subject_type,
        stage,
        is_eligible,
        reason,
        min(business_date) as business_date,
        count(*) as subject_count,
        {% for days in [7, 30] -%}
        sum(
            case when change_date <= {{ add_days('business_date', days) }} then 1 else 0 end
        ) as changing_in_{{ days }}_days_count,
        {% endfor -%}
        min(change_date) as first_change_date
    from eligibility
    group by programme, subject_type, stage, is_eligible, reason

),

rpt_eligibility_counts as (

    select
        programme,
        subject_type,
        stage,
        is_eligible,
        reason,
        business_date,
        cast(subject_count as {{ dbt.type_bigint() }}) as subject_count,
        cast(changing_in_7_days_count as {{ dbt.type_bigint() }}) as changing_in_7_days_count,
        cast(changing_in_30_days_count as {{ dbt.type_bigint() }}) as changing_in_30_days_count,
        first_change_date
    from answers_added_up

)

select * from rpt_eligibility_counts
