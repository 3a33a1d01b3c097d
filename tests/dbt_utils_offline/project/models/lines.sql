with

lines as (

    select 1 as line, 'x' as "group", 5 as price, 10 as list_price, cast(null as integer) as rebate
    union all
    select 2, 'x', 10, 10, null
    union all
    select 2, 'y', 0, 10, null

)

select * from lines
