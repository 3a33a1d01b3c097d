-- The rule of the lowest rank that holds on the business date answers. It does so until it ends, or
-- until one of a lower rank begins.

with

conditions as (

    select * from {{ ref('fct_eligibility_conditions') }}

),

eligibility_rules as (

    select * from {{ ref('eligibility_rules') }}

),

business_dates as (

    select * from {{ ref('int_business_dates_chosen') }}
    where business_date is not null

),

-- Each programme ends with a rule without a condition: it answers where no other holds.
last_rules as (

    select
        programme,
        subject_type,
        max(rule_rank) as rule_rank
    from eligibility_rules
    where condition_name is null
    group by programme, subject_type

),

rules_of_subjects as (

    select
        eligibility_rules.programme,
        conditions.subject_type,
        conditions.subject_id,
        conditions.customer_id,
        eligibility_rules.rule_rank,
        {{ add_days('conditions.condition_date', 'eligibility_rules.from_day_count') }}
            as from_date,
        {{ add_days('conditions.condition_date', 'eligibility_rules.until_day_count') }}
            as until_date
    from conditions
    inner join eligibility_rules
        on conditions.subject_type = eligibility_rules.subject_type
        and conditions.condition_name = eligibility_rules.condition_name

),

rules_compared_to_the_date as (

    select
        rules_of_subjects.*,
        business_dates.business_date,
        coalesce(rules_of_subjects.from_date <= business_dates.business_date, true)
        and coalesce(rules_of_subjects.until_date >= business_dates.business_date, true)
            as is_holding
    from rules_of_subjects
    cross join business_dates

),

rules_compared_to_the_answer as (

    select
        *,
        min(case when is_holding then rule_rank end) over (
            partition by programme, subject_type, subject_id
        ) as answer_rank
    from rules_compared_to_the_date

),

-- The day after the answer's own end, or the first day of a rule that goes before it.
answers as (

    select
        programme,
        subject_type,
        subject_id,
        min(customer_id) as customer_id,
        min(business_date) as business_date,
        min(answer_rank) as answer_rank,
        min(
            case
                when rule_rank = answer_rank then {{ add_days('until_date', 1) }}
                when from_date > business_date and coalesce(rule_rank < answer_rank, true)
                    then from_date
            end
        ) as change_date
    from rules_compared_to_the_answer
    group by programme, subject_type, subject_id

),

answers_with_the_last as (

    select
        answers.*,
        coalesce(answers.answer_rank, last_rules.rule_rank) as rule_rank
    from answers
    inner join last_rules
        on answers.programme = last_rules.programme
        and answers.subject_type = last_rules.subject_type

),

fct_eligibility as (

    select
        answers_with_the_last.programme,
        answers_with_the_last.subject_type,
        answers_with_the_last.subject_id,
        answers_with_the_last.customer_id,
        answers_with_the_last.business_date,
        eligibility_rules.stage,
        eligibility_rules.is_eligible,
        eligibility_rules.reason,
        cast(answers_with_the_last.rule_rank as {{ dbt.type_bigint() }}) as rule_rank,
        answers_with_the_last.change_date
    from answers_with_the_last
    inner join eligibility_rules
        on answers_with_the_last.programme = eligibility_rules.programme
        and answers_with_the_last.subject_type = eligibility_rules.subject_type
        and answers_with_the_last.rule_rank = eligibility_rules.rule_rank

)

select * from fct_eligibility
