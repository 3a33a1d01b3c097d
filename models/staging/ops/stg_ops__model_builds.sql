with

model_builds as (

    select * from {{ source('ops', 'model_builds') }}

),

stg_ops__model_builds as (

    select
        model_name,
        cast(published_seq as {{ dbt.type_bigint() }}) as published_seq,
        built_at
    from model_builds

)

select * from stg_ops__model_builds
