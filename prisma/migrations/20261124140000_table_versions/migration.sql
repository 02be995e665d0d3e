-- AlterTable
ALTER TABLE "kb_graph_version" ADD COLUMN     "tables" JSONB NOT NULL DEFAULT '{}';

-- What Prisma cannot express.

-- Whoever keeps the graph elsewhere reads entities and edges from the feed, and other tables again when they have changed.
CREATE OR REPLACE FUNCTION "public"."kb_graph_changes"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(current_setting('kb.changing', true), '') = '' THEN
    UPDATE public.kb_graph_version
      SET version = version + 1, changed_at = greatest(clock_timestamp(), changed_at + interval '1 microsecond'),
        tables = tables || jsonb_build_object(TG_TABLE_NAME, version + 1)
      WHERE id = 1;
  ELSE
    UPDATE public.kb_graph_version
      SET version = version + 1, tables = tables || jsonb_build_object(TG_TABLE_NAME, version + 1)
      WHERE id = 1;
  END IF;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'The row of kb_graph_version is missing'
      USING HINT = 'INSERT INTO kb_graph_version (id, version) VALUES (1, extract(epoch FROM now())::bigint);';
  END IF;
  PERFORM set_config('kb.changing', 'yes', true), pg_notify('kb_changes', '');
  RETURN NULL;
END
$$;
