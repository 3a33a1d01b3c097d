-- The lowest value of each score, null of an open end; money in hundredths, so that both warehouses
-- write the same text.
with

cut_points as (

    select
        ranges.measure,
        cast(ranges.score as {{ dbt.type_string() }}) as score,
        ranges.value_from * case when ranges.measure = 'monetary' then 100 else 1 end
            as value_from
    from {{ ref('rfm_cut_points') }} as ranges
    inner join {{ ref('int_rfm_dates_chosen') }} as dates
        on cast(ranges.as_of_date as date) = dates.as_of_date and dates.is_latest

),

int_rfm_ranges_told as (

    select
        measure,
        {{ dbt.concat([
            "'\"'",
            "measure",
            "'\": {'",
            "string_agg(" ~ json_entry("score", "round(value_from)") ~ ", ', ' order by score)",
            "'}'",
        ]) }} as told
    from cut_points
    group by measure

)

select * from int_rfm_ranges_told
