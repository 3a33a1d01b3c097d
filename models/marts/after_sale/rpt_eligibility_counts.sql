{%- set bigint = dbt.type_bigint() %}

with

eligibility as (

    select * from {{ ref('fct_eligibility') }}

),

rpt_eligibility_counts as (

    select
        programme,
        subject_type,
        stage,
        is_eligible,
        reason,
        min(business_date) as business_date,
        cast(count(*) as {{ bigint }}) as subject_count,
        {%- for days in [7, 30] %}
        cast(
            sum(case when change_date <= {{ add_days('business_date', days) }} then 1 else 0 end)
            as {{ bigint }}
        ) as changing_in_{{ days }}_days_count,
        {%- endfor %}
        min(change_date) as first_change_date
    from eligibility
    group by programme, subject_type, stage, is_eligible, reason

)

select * from rpt_eligibility_counts
