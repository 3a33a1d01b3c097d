with

customers as (

    select * from {{ ref('fct_customer_rfm') }}

),

ranges_told as (

    select string_agg(told, ', ' order by measure) as told
    from {{ ref('int_rfm_ranges_told') }}

),

customers_counted as (

    select
        business_date,
        cast(count(*) as {{ dbt.type_bigint() }}) as customer_count,
        {{ json_object({
            "recency scores": "count(distinct recency_score)",
            "frequency scores": "count(distinct frequency_score)",
            "monetary scores": "count(distinct monetary_score)",
            "segments": "count(distinct segment_name)",
        }) }} as quality
    from customers
    group by business_date

),

int_rfm_cards as (

    select
        'rfm_cut_points' as model_name,
        customers_counted.business_date as cut_off_date,
        customers_counted.customer_count as sample_count,
        {{ dbt.concat(["'{'", "ranges_told.told", "'}'"]) }} as parameters,
        customers_counted.quality
    from customers_counted
    cross join ranges_told

)

select * from int_rfm_cards
