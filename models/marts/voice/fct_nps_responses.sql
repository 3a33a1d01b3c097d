{{ by_day("response_date", cluster_by=["store_id", "customer_id"]) }}

with

answers as (

    select * from {{ ref('stg_voice__nps_answers') }}

),

stores as (

    select store_id from {{ ref('dim_stores') }}

),

fct_nps_responses as (

    select
        answers.answer_id,
        coalesce(answers.customer_id, 'unknown') as customer_id,
        answers.order_id,
        coalesce(stores.store_id, 'unknown') as store_id,
        answers.survey,
        answers.score,
        case
            when answers.score >= 9 then 'promoter'
            when answers.score >= 7 then 'passive'
            else 'detractor'
        end as attitude,
        case when answers.score >= 9 then 100 when answers.score >= 7 then 0 else -100 end
            as nps_points,
        answers.answered_at,
        {{ to_reporting_date('answers.answered_at') }} as response_date
    from answers
    left join stores
        on answers.store_id = stores.store_id

)

select * from fct_nps_responses
