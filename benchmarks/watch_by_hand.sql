-- One delivery of a shop's till, web and payments into tables that a person would keep for them:
-- the same lines, orders, days, hours and balances as the marts that a watch builds by the hour.
create temp table new_lines as from read_parquet('{landing}/commerce/order_lines/*.parquet');
create temp table new_orders as from read_parquet('{landing}/commerce/orders/*.parquet');
create temp table new_payments as from read_parquet('{landing}/commerce/payments/*.parquet');

delete from hand.lines using new_lines
where lines.order_id = new_lines.order_id and lines.line_number = new_lines.line_number;
insert into hand.lines by name select {line_columns} from new_lines;

delete from hand.heads using new_orders where heads.order_id = new_orders.order_id;
insert into hand.heads by name select {head_columns} from new_orders;

delete from hand.payments using new_payments
where payments.payment_id = new_payments.payment_id;
insert into hand.payments by name select {payment_columns} from new_payments;

create temp table days as
select cast(ordered_at as date) as day from new_lines
union select cast(ordered_at as date) from new_orders
union select cast(ordered_at as date) from new_payments;
{marts}
