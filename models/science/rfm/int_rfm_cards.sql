-- Whole numbers only, money in hundredths, so that both warehouses write the same text.
with

customers as (

    select * from {{ ref('fct_customer_rfm') }}

),

dates as (

    select * from {{ ref('int_rfm_dates_chosen') }}
    where is_latest

),

cut_points as (

    select
        measure,
        score,
        cast(
            round(value_from * case when measure = 'monetary' then 100 else 1 end)
            as {{ dbt.type_bigint() }}
        ) as value_from,
        cast(as_of_date as date) as as_of_date
    from {{ ref('rfm_cut_points') }}

),

-- Of an open end the card says null.
ranges_told as (

    select
        cut_points.measure,
        {{ dbt.concat([
            "'\"'",
            "cut_points.measure",
            "'\": {'",
            "string_agg(" ~ dbt.concat([
                "'\"'",
                "cast(cut_points.score as " ~ dbt.type_string() ~ ")",
                "'\": '",
                "coalesce(cast(cut_points.value_from as " ~ dbt.type_string() ~ "), 'null')",
            ]) ~ ", ', ' order by cut_points.score)",
            "'}'",
        ]) }} as told
    from cut_points
    inner join dates
        on cut_points.as_of_date = dates.as_of_date
    group by cut_points.measure

),

parameters as (

    select
        {{ dbt.concat(["'{'", "string_agg(told, ', ' order by measure)", "'}'"]) }} as parameters
    from ranges_told

),

customers_counted as (

    select
        business_date,
        count(*) as customer_count,
        count(distinct recency_score) as recency_score_count,
        count(distinct frequency_score) as frequency_score_count,
        count(distinct monetary_score) as monetary_score_count,
        count(distinct segment_name) as segment_count
    from customers
    group by business_date

),

int_rfm_cards as (

    select
        'rfm_cut_points' as model_name,
        customers_counted.business_date as cut_off_date,
        cast(customers_counted.customer_count as {{ dbt.type_bigint() }}) as sample_count,
        parameters.parameters,
        {{ dbt.concat([
            "'{\"recency scores\": '",
            "cast(customers_counted.recency_score_count as " ~ dbt.type_string() ~ ")",
            "', \"frequency scores\": '",
            "cast(customers_counted.frequency_score_count as " ~ dbt.type_string() ~ ")",
            "', \"monetary scores\": '",
            "cast(customers_counted.monetary_score_count as " ~ dbt.type_string() ~ ")",
            "', \"segments\": '",
            "cast(customers_counted.segment_count as " ~ dbt.type_string() ~ ")",
            "'}'",
        ]) }} as quality
    from customers_counted
    cross join parameters

)

select * from int_rfm_cards
