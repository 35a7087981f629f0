CREATE SCHEMA sales;
CREATE TABLE public.customers (id bigint PRIMARY KEY, email text NOT NULL, city text);
CREATE TABLE public.orders (
    id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES public.customers, total numeric(10, 2) NOT NULL,
    status text NOT NULL, placed_at timestamptz NOT NULL, note text
);
CREATE TABLE sales.orders (id bigint, amount numeric);
CREATE VIEW public.open_orders AS SELECT id, total FROM public.orders WHERE status = 'open';
CREATE TABLE public.store_parcel (id bigint PRIMARY KEY, order_id bigint NOT NULL, weight int, carrier text);
