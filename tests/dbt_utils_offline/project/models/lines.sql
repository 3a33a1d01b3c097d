with

lines as (

    select
        1 as line,
        'x' as "group",
        5 as price,
        10 as list_price,
        cast(null as integer) as rebate
    union all
    select
        2 as line,
        'x' as "group",
        10 as price,
        10 as list_price,
        null as rebate
    union all
    select
        2 as line,
        'y' as "group",
        0 as price,
        10 as list_price,
        null as rebate

)

select * from lines
