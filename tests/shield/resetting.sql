-- What absent_writes = "discard" promises, made by the server itself: each write of a planned column is undone.

CREATE FUNCTION resetting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    CASE TG_ARGV[0]
        WHEN 'orders' THEN NEW.priority := 0;
        WHEN 'invoices' THEN NEW.priority := 5; NEW.due := '2024-01-01 00:00:00+00';
        WHEN 'parcels' THEN NEW.label := 'norm'; NEW.weight := 1.50; NEW.carrier := NULL;
        WHEN 'docs' THEN NEW.rank := 0;
        WHEN 'items' THEN NEW."MetaData" := '{}';
        WHEN 'measures' THEN NEW.unit := 'kg';
        WHEN 'animals' THEN NEW.legs := 4;
    END CASE;
    RETURN NEW;
END $$;
CREATE TRIGGER r BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION resetting('orders');
CREATE TRIGGER r BEFORE INSERT OR UPDATE ON invoices FOR EACH ROW EXECUTE FUNCTION resetting('invoices');
CREATE TRIGGER r BEFORE INSERT OR UPDATE ON parcels FOR EACH ROW EXECUTE FUNCTION resetting('parcels');
CREATE TRIGGER r BEFORE INSERT OR UPDATE ON docs FOR EACH ROW EXECUTE FUNCTION resetting('docs');
CREATE TRIGGER r BEFORE INSERT OR UPDATE ON "Shop"."Order Items" FOR EACH ROW EXECUTE FUNCTION resetting('items');
CREATE TRIGGER r BEFORE INSERT OR UPDATE ON measures FOR EACH ROW EXECUTE FUNCTION resetting('measures');
CREATE TRIGGER r BEFORE INSERT OR UPDATE ON animals FOR EACH ROW EXECUTE FUNCTION resetting('animals');
CREATE TRIGGER r BEFORE INSERT OR UPDATE ON dogs FOR EACH ROW EXECUTE FUNCTION resetting('animals');
