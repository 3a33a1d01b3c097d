-- A rule without a condition that stood before others would leave them without effect.
with

eligibility_rules as (

    select * from {{ ref('eligibility_rules') }}

),

last_ranks as (

    select
        programme,
        subject_type,
        max(rule_rank) as last_rank,
        max(case when condition_name is null then rule_rank end) as rank_for_all,
        sum(case when condition_name is null then 1 else 0 end) as rule_for_all_count
    from eligibility_rules
    group by programme, subject_type

),

every_programme_ends_with_one_rule_for_all as (

    select
        programme,
        subject_type
    from last_ranks
    where rule_for_all_count != 1 or rank_for_all != last_rank

)

select * from every_programme_ends_with_one_rule_for_all
