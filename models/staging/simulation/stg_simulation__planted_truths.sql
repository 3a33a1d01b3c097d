with

planted_truths as (

    select * from {{ source('simulation', 'planted_truths') }}

),

stg_simulation__planted_truths as (

    select
        topic_name,
        subject_name,
        cast(planted_value as {{ dbt.type_float() }}) as planted_value,
        told_at
    from planted_truths

)

select * from stg_simulation__planted_truths
