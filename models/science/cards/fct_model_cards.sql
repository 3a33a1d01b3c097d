-- A fit without its row in the seed breaks the contract. A topic joins with the model
-- that has its fits' cards, a line here, and a row a fit in the seed.
{%- set topics = [
    ref("int_attribution_cards"),
    ref("int_churn_cards"),
    ref("int_lifetime_value_cards"),
    ref("int_rfm_cards"),
] %}

with

cards as (

    {% for cards in topics -%}
    select
        model_name,
        cut_off_date,
        sample_count,
        parameters,
        quality
    from {{ cards }}
    {{ "union all" if not loop.last }}
    {% endfor %}

),

told as (

    select * from {{ ref('model_cards') }}

),

-- What the fits have seen: orders are built before them.
publications as (

    select
        max(published_seq) as known_seq,
        max(finished_at) as known_at
    from {{ ref('stg_ops__deliveries') }}
    where published_seq <= {{ last_seen_publication("int_orders_revised") }}

),

fct_model_cards as (

    select
        cast(cards.model_name as {{ dbt.type_string() }}) as model_name,
        cast(told.topic_name as {{ dbt.type_string() }}) as topic_name,
        cast(told.purpose as {{ dbt.type_string() }}) as purpose,
        cast(told.inputs as {{ dbt.type_string() }}) as inputs,
        cast(told.sample_unit as {{ dbt.type_string() }}) as sample_unit,
        cards.sample_count,
        cards.cut_off_date,
        cast(cards.parameters as {{ dbt.type_string() }}) as parameters,
        cast(cards.quality as {{ dbt.type_string() }}) as quality,
        cast(told.limits as {{ dbt.type_string() }}) as limits,
        cast(publications.known_seq as {{ dbt.type_bigint() }}) as known_seq,
        cast(publications.known_at as {{ dbt.type_timestamp() }}) as known_at,
        cast('{{ var("project_version") }}' as {{ dbt.type_string() }}) as project_version
    from cards
    left join told
        on cards.model_name = told.model_name
    cross join publications

)

select * from fct_model_cards
