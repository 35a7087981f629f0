-- One of each kind of server-side code on t, and functions whose bodies are text.
CREATE TABLE t (
    id int PRIMARY KEY, total numeric, state text, note text, low int, high int, unused int, ref int,
    g int GENERATED ALWAYS AS (low + 1) STORED, CONSTRAINT ordered CHECK (low < high)
);
CREATE UNIQUE INDEX t_ref ON t (ref);
CREATE TABLE log (id int, what text, who int CONSTRAINT who REFERENCES t (ref));
CREATE TABLE wide (a int, b numeric, c text, d text, e int, f int, g int, h int, i int);
CREATE TABLE holds (whole t);
CREATE INDEX plain ON t (state);
CREATE INDEX partial ON t (id) WHERE total > 0;
CREATE INDEX expr ON t (lower(note));
CREATE STATISTICS st ON low, high FROM t;
CREATE VIEW v AS SELECT id, total FROM t WHERE state <> '';
CREATE MATERIALIZED VIEW mv AS SELECT count(*) AS n, max(t.low) AS top FROM t JOIN log USING (id);
CREATE RULE r AS ON UPDATE TO t WHERE new.state <> old.state DO ALSO INSERT INTO log (id, what) VALUES (new.id, old.note);
CREATE FUNCTION atomic(x int) RETURNS int LANGUAGE sql BEGIN ATOMIC
    UPDATE t SET total = total + 1, note = '' WHERE id = x; SELECT low FROM t WHERE id = x; END;
CREATE FUNCTION text_sql(x int) RETURNS SETOF text LANGUAGE sql AS 'SELECT state FROM t WHERE id = x';
CREATE FUNCTION the_rows() RETURNS SETOF t LANGUAGE sql AS 'SELECT * FROM t';
CREATE FUNCTION result_columns() RETURNS TABLE (a int, b numeric, c text, d text, e int, f int, g int, h int, i int)
    LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT * FROM t; END $$;
CREATE FUNCTION variable() RETURNS int LANGUAGE plpgsql AS $$
    DECLARE priority int := 1; BEGIN UPDATE t SET low = priority WHERE id = 1; RETURN priority; END $$;
CREATE FUNCTION counts() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(*) FROM t WHERE high > 0); END $$;
CREATE FUNCTION dynamic() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DELETE FROM t'; END $$;
CREATE FUNCTION fired() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.note := upper(old.state); RETURN new; END $$;
CREATE TRIGGER trig BEFORE UPDATE OF state ON t FOR EACH ROW WHEN (new.total > 0) EXECUTE FUNCTION fired();
CREATE FUNCTION copies() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO wide VALUES (new.*); RETURN new; END $$;
CREATE TRIGGER copying BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION copies();
CREATE POLICY pol ON t USING (state = 'x');
CREATE PUBLICATION pub FOR TABLE t (id, state) WHERE (id > 0);
CREATE PUBLICATION whole FOR TABLE log;
INSERT INTO t (id, total, state, low, high) VALUES (1, 1, 'x', 1, 2);
