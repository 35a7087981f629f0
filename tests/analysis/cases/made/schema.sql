-- What the made expectations speak of, on top of ../schema.sql and ../live/schema.sql: what lies under what.
CREATE SCHEMA depot;
CREATE TABLE depot.stock (id integer PRIMARY KEY, sku text, amount integer, "Place" text, note text);
CREATE TABLE depot.sold (id integer PRIMARY KEY, sku text, amount integer);

CREATE VIEW depot.low AS SELECT id, sku, amount FROM depot.stock WHERE amount < 5;
CREATE VIEW depot.lower AS SELECT id AS key, sku FROM depot.low WHERE sku <> '';
CREATE VIEW depot.counted AS SELECT sku, count(*) AS n, max(note) AS latest FROM depot.stock GROUP BY sku;
CREATE VIEW depot.every AS SELECT id, sku, amount FROM depot.stock UNION ALL SELECT id, sku, amount FROM depot.sold;
CREATE VIEW depot.different AS SELECT DISTINCT sku, "Place" FROM depot.stock;
CREATE VIEW depot.shouted AS SELECT id, upper(sku) AS sku, amount FROM depot.stock;
CREATE VIEW depot.matching AS SELECT * FROM depot.stock NATURAL JOIN depot.sold;
CREATE VIEW depot.newest AS SELECT s.id, s.note FROM depot.stock s
    WHERE s.amount > (SELECT avg(d.amount) FROM depot.sold d WHERE d.sku = s.sku);
CREATE VIEW depot.whole AS SELECT s.id, s AS packed FROM depot.stock s;
CREATE VIEW depot.ranked AS SELECT id, row_number() OVER (PARTITION BY sku ORDER BY amount) AS nr FROM depot.stock;
CREATE VIEW depot.kinds AS SELECT at, kind FROM public.events WHERE order_id IS NOT NULL;
CREATE VIEW depot.wheels AS SELECT id, wheels FROM public.vehicles;
CREATE VIEW depot.own_wheels AS SELECT id, wheels FROM ONLY public.vehicles;
CREATE VIEW depot.rich AS SELECT customer_id FROM public.totals WHERE total > 100;
CREATE MATERIALIZED VIEW depot.kept AS SELECT key FROM depot.lower;
CREATE VIEW depot.recursive_tree AS
    WITH RECURSIVE t (id, parent_id) AS (SELECT id, parent_id FROM public.categories WHERE parent_id IS NULL
        UNION ALL SELECT c.id, c.parent_id FROM public.categories c JOIN t ON t.id = c.parent_id) SELECT id FROM t;

CREATE VIEW depot.ruled AS SELECT id, sku FROM depot.stock;
CREATE RULE ruled_insert AS ON INSERT TO depot.ruled DO INSTEAD
    INSERT INTO depot.stock (id, sku) VALUES (NEW.id, NEW.sku);
CREATE RULE sold_also AS ON INSERT TO depot.sold DO ALSO DELETE FROM depot.stock WHERE id = NEW.id;
CREATE FUNCTION depot.place() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE VIEW depot.triggered AS SELECT id, amount FROM depot.stock;
CREATE TRIGGER triggered_insert INSTEAD OF INSERT ON depot.triggered FOR EACH ROW EXECUTE FUNCTION depot.place();

CREATE TABLE depot.log (day date, level integer, line text) PARTITION BY RANGE (day);
CREATE TABLE depot.log_2024 PARTITION OF depot.log FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY LIST (level);
CREATE TABLE depot.log_2024_high PARTITION OF depot.log_2024 FOR VALUES IN (1);
CREATE TABLE depot.log_attached (line text, extra integer, level integer, day date);
ALTER TABLE depot.log_attached DROP COLUMN extra;
ALTER TABLE depot.log ATTACH PARTITION depot.log_attached FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

CREATE TABLE depot.base (id integer, x text);
CREATE TABLE depot.middle (y text) INHERITS (depot.base);
CREATE TABLE depot.leaf (z text) INHERITS (depot.middle);
