-- Written by hand ────────────────────────────────────────────────────────────────────────────────────────────────
-- Extensions that any owner of a database may make (both are "trusted"), in the schema the functions below name.

CREATE EXTENSION IF NOT EXISTS "pg_trgm" WITH SCHEMA "public";
CREATE EXTENSION IF NOT EXISTS "unaccent" WITH SCHEMA "public";

DO $$
BEGIN
  IF EXISTS (
    SELECT FROM pg_extension
    WHERE extname IN ('pg_trgm', 'unaccent') AND extnamespace <> 'public'::regnamespace
  ) THEN
    RAISE EXCEPTION 'The extensions pg_trgm and unaccent must be in the schema public'
      USING HINT = 'ALTER EXTENSION pg_trgm SET SCHEMA public; ALTER EXTENSION unaccent SET SCHEMA public;';
  END IF;
END
$$;

-- Written by Prisma Migrate from prisma/schema ───────────────────────────────────────────────────────────────────

-- CreateEnum
CREATE TYPE "admin_operation_mode" AS ENUM ('DRY_RUN', 'APPLY');

-- CreateEnum
CREATE TYPE "kb_publication_status" AS ENUM ('DRAFT', 'PUBLISHED', 'ARCHIVED');

-- CreateEnum
CREATE TYPE "kb_media_kind" AS ENUM ('IMAGE', 'VIDEO', 'AUDIO', 'DOCUMENT', 'MODEL', 'OTHER');

-- CreateEnum
CREATE TYPE "kb_availability_status" AS ENUM ('VERIFIED', 'UNVERIFIED', 'MISSING', 'MISMATCH');

-- CreateEnum
CREATE TYPE "kb_run_status" AS ENUM ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED');

-- CreateEnum
CREATE TYPE "kb_source_rank" AS ENUM ('PREFERRED', 'NORMAL', 'DEPRECATED');

-- CreateTable
CREATE TABLE "admin_content_state" (
    "id" SMALLINT NOT NULL DEFAULT 1,
    "version" INTEGER NOT NULL,
    "state" JSONB NOT NULL,
    "hash" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" TEXT,

    CONSTRAINT "admin_content_state_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "admin_history" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "version" INTEGER NOT NULL,
    "state" JSONB NOT NULL,
    "hash" TEXT NOT NULL,
    "note" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT,
    "restored_from" INTEGER,

    CONSTRAINT "admin_history_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "admin_migrations" (
    "id" BIGSERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "mode" "admin_operation_mode" NOT NULL,
    "status" "kb_run_status" NOT NULL,
    "checksum" TEXT NOT NULL,
    "payload_hash" TEXT,
    "plan_hash" TEXT,
    "result_hash" TEXT,
    "counts" JSONB NOT NULL DEFAULT '{}',
    "actor" TEXT NOT NULL,
    "reason" TEXT,
    "git_commit" TEXT,
    "started_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(6),
    "previous_hash" TEXT,
    "hash" TEXT NOT NULL,

    CONSTRAINT "admin_migrations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "kb_kinds" (
    "key" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "description" TEXT,
    "iri" TEXT,
    "attribute_schema" JSONB,

    CONSTRAINT "kb_kinds_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "kb_relations" (
    "key" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "inverse_label" TEXT,
    "description" TEXT,
    "is_symmetric" BOOLEAN NOT NULL DEFAULT false,
    "iri" TEXT,
    "source_kinds" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "target_kinds" TEXT[] DEFAULT ARRAY[]::TEXT[],

    CONSTRAINT "kb_relations_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "kb_domains" (
    "key" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "color" TEXT,
    "position" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "kb_domains_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "kb_entities" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "slug" TEXT NOT NULL,
    "kind_key" TEXT NOT NULL,
    "domain_key" TEXT,
    "title" TEXT NOT NULL,
    "title_key" TEXT NOT NULL DEFAULT '',
    "summary" TEXT,
    "url" TEXT,
    "status" "kb_publication_status" NOT NULL DEFAULT 'DRAFT',
    "attributes" JSONB NOT NULL DEFAULT '{}',
    "position_x" DOUBLE PRECISION,
    "position_y" DOUBLE PRECISION,
    "weight" DOUBLE PRECISION,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "content_hash" TEXT NOT NULL,
    "search_vector" tsvector,

    CONSTRAINT "kb_entities_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "kb_entity_tags" (
    "entity_id" UUID NOT NULL,
    "tag" TEXT NOT NULL,

    CONSTRAINT "kb_entity_tags_pkey" PRIMARY KEY ("entity_id","tag")
);

-- CreateTable
CREATE TABLE "kb_edges" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "relation_key" TEXT NOT NULL,
    "source_slug" TEXT NOT NULL,
    "target_slug" TEXT NOT NULL,
    "label" TEXT,
    "weight" DOUBLE PRECISION,
    "attributes" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "content_hash" TEXT NOT NULL,

    CONSTRAINT "kb_edges_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "kb_media_objects" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "key" TEXT NOT NULL,
    "kind" "kb_media_kind" NOT NULL,
    "url" TEXT NOT NULL,
    "mime_type" TEXT NOT NULL,
    "byte_size" BIGINT,
    "content_hash" TEXT,
    "width" INTEGER,
    "height" INTEGER,
    "duration_seconds" DOUBLE PRECISION,
    "alt" TEXT,
    "caption" TEXT,
    "credit" TEXT,
    "license" TEXT,
    "focal_x" DOUBLE PRECISION,
    "focal_y" DOUBLE PRECISION,
    "thumb_hash" TEXT,
    "availability" "kb_availability_status" NOT NULL DEFAULT 'UNVERIFIED',
    "availability_backends" JSONB NOT NULL DEFAULT '[]',
    "availability_checked_at" TIMESTAMPTZ(6),
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "search_vector" tsvector,

    CONSTRAINT "kb_media_objects_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "kb_media_derivatives" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "media_id" UUID NOT NULL,
    "preset" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "mime_type" TEXT NOT NULL,
    "width" INTEGER,
    "height" INTEGER,
    "byte_size" BIGINT,
    "content_hash" TEXT,
    "recipe_hash" TEXT NOT NULL,
    "is_stale" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "kb_media_derivatives_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "kb_entity_media" (
    "entity_id" UUID NOT NULL,
    "media_id" UUID NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "kb_entity_media_pkey" PRIMARY KEY ("entity_id","media_id")
);

-- CreateTable
CREATE TABLE "kb_workflows" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "slug" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "summary" TEXT,
    "status" "kb_publication_status" NOT NULL DEFAULT 'DRAFT',
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "search_vector" tsvector,

    CONSTRAINT "kb_workflows_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "kb_workflow_steps" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "workflow_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "title" TEXT NOT NULL,
    "body" TEXT,
    "entity_id" UUID,
    "media_id" UUID,
    "attributes" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "kb_workflow_steps_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "kb_workflow_step_dependencies" (
    "step_id" UUID NOT NULL,
    "depends_on_id" UUID NOT NULL,

    CONSTRAINT "kb_workflow_step_dependencies_pkey" PRIMARY KEY ("step_id","depends_on_id")
);

-- CreateTable
CREATE TABLE "kb_provenance_runs" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "key" TEXT NOT NULL,
    "tool" TEXT NOT NULL,
    "tool_version" TEXT,
    "agent" TEXT,
    "git_commit" TEXT,
    "status" "kb_run_status" NOT NULL,
    "started_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(6),
    "input_hash" TEXT,
    "output_hash" TEXT,
    "parameters" JSONB,

    CONSTRAINT "kb_provenance_runs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "kb_entity_sources" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "entity_id" UUID,
    "edge_id" UUID,
    "run_id" UUID NOT NULL,
    "uri" TEXT NOT NULL,
    "title" TEXT,
    "retrieved_at" TIMESTAMPTZ(6),
    "document_hash" TEXT,
    "license" TEXT,
    "locator" TEXT,
    "excerpt" TEXT,
    "supports" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "confidence" DOUBLE PRECISION,
    "rank" "kb_source_rank" NOT NULL DEFAULT 'NORMAL',

    CONSTRAINT "kb_entity_sources_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "kb_graph_version" (
    "id" SMALLINT NOT NULL DEFAULT 1,
    "version" BIGINT NOT NULL DEFAULT 0,
    "changed_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "kb_graph_version_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "admin_history_version_key" ON "admin_history"("version");

-- CreateIndex
CREATE UNIQUE INDEX "admin_migrations_hash_key" ON "admin_migrations"("hash");

-- CreateIndex
CREATE INDEX "admin_migrations_name_id_idx" ON "admin_migrations"("name", "id");

-- CreateIndex
CREATE UNIQUE INDEX "kb_entities_slug_key" ON "kb_entities"("slug");

-- CreateIndex
CREATE INDEX "kb_entities_title_key_slug_idx" ON "kb_entities"("title_key", "slug");

-- CreateIndex
CREATE INDEX "kb_entities_kind_key_slug_idx" ON "kb_entities"("kind_key", "slug");

-- CreateIndex
CREATE INDEX "kb_entities_domain_key_slug_idx" ON "kb_entities"("domain_key", "slug");

-- CreateIndex
CREATE INDEX "kb_entities_created_at_slug_idx" ON "kb_entities"("created_at", "slug");

-- CreateIndex
CREATE INDEX "kb_entities_updated_at_slug_idx" ON "kb_entities"("updated_at", "slug");

-- CreateIndex
CREATE INDEX "kb_entities_weight_slug_idx" ON "kb_entities"("weight", "slug");

-- CreateIndex
CREATE INDEX "kb_entities_url_idx" ON "kb_entities"("url");

-- CreateIndex
CREATE INDEX "kb_entities_title_key_trgm_idx" ON "kb_entities" USING GIN ("title_key" gin_trgm_ops);

-- CreateIndex
CREATE INDEX "kb_entities_attributes_idx" ON "kb_entities" USING GIN ("attributes" jsonb_path_ops);

-- CreateIndex
CREATE INDEX "kb_entities_search_vector_idx" ON "kb_entities" USING GIN ("search_vector");

-- CreateIndex
CREATE INDEX "kb_entity_tags_tag_entity_id_idx" ON "kb_entity_tags"("tag", "entity_id");

-- CreateIndex
CREATE INDEX "kb_edges_target_slug_relation_key_source_slug_idx" ON "kb_edges"("target_slug", "relation_key", "source_slug");

-- CreateIndex
CREATE INDEX "kb_edges_relation_key_source_slug_target_slug_idx" ON "kb_edges"("relation_key", "source_slug", "target_slug");

-- CreateIndex
CREATE INDEX "kb_edges_weight_idx" ON "kb_edges"("weight");

-- CreateIndex
CREATE INDEX "kb_edges_created_at_idx" ON "kb_edges"("created_at");

-- CreateIndex
CREATE INDEX "kb_edges_updated_at_idx" ON "kb_edges"("updated_at");

-- CreateIndex
CREATE UNIQUE INDEX "kb_edges_source_slug_relation_key_target_slug_key" ON "kb_edges"("source_slug", "relation_key", "target_slug");

-- CreateIndex
CREATE UNIQUE INDEX "kb_media_objects_key_key" ON "kb_media_objects"("key");

-- CreateIndex
CREATE INDEX "kb_media_objects_content_hash_idx" ON "kb_media_objects"("content_hash");

-- CreateIndex
CREATE INDEX "kb_media_objects_kind_key_idx" ON "kb_media_objects"("kind", "key");

-- CreateIndex
CREATE INDEX "kb_media_objects_search_vector_idx" ON "kb_media_objects" USING GIN ("search_vector");

-- CreateIndex
CREATE UNIQUE INDEX "kb_media_derivatives_media_id_preset_key" ON "kb_media_derivatives"("media_id", "preset");

-- CreateIndex
CREATE INDEX "kb_entity_media_media_id_entity_id_idx" ON "kb_entity_media"("media_id", "entity_id");

-- CreateIndex
CREATE UNIQUE INDEX "kb_workflows_slug_key" ON "kb_workflows"("slug");

-- CreateIndex
CREATE INDEX "kb_workflows_search_vector_idx" ON "kb_workflows" USING GIN ("search_vector");

-- CreateIndex
CREATE INDEX "kb_workflow_steps_entity_id_idx" ON "kb_workflow_steps"("entity_id");

-- CreateIndex
CREATE INDEX "kb_workflow_steps_media_id_idx" ON "kb_workflow_steps"("media_id");

-- CreateIndex
CREATE UNIQUE INDEX "kb_workflow_steps_workflow_id_position_key" ON "kb_workflow_steps"("workflow_id", "position");

-- CreateIndex
CREATE INDEX "kb_workflow_step_dependencies_depends_on_id_idx" ON "kb_workflow_step_dependencies"("depends_on_id");

-- CreateIndex
CREATE UNIQUE INDEX "kb_provenance_runs_key_key" ON "kb_provenance_runs"("key");

-- CreateIndex
CREATE INDEX "kb_provenance_runs_started_at_key_idx" ON "kb_provenance_runs"("started_at", "key");

-- CreateIndex
CREATE INDEX "kb_entity_sources_entity_id_uri_id_idx" ON "kb_entity_sources"("entity_id", "uri", "id");

-- CreateIndex
CREATE INDEX "kb_entity_sources_edge_id_uri_id_idx" ON "kb_entity_sources"("edge_id", "uri", "id");

-- CreateIndex
CREATE INDEX "kb_entity_sources_run_id_entity_id_idx" ON "kb_entity_sources"("run_id", "entity_id");

-- CreateIndex
CREATE INDEX "kb_entity_sources_uri_idx" ON "kb_entity_sources"("uri");

-- AddForeignKey
ALTER TABLE "kb_entities" ADD CONSTRAINT "kb_entities_kind_key_fkey" FOREIGN KEY ("kind_key") REFERENCES "kb_kinds"("key") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "kb_entities" ADD CONSTRAINT "kb_entities_domain_key_fkey" FOREIGN KEY ("domain_key") REFERENCES "kb_domains"("key") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "kb_entity_tags" ADD CONSTRAINT "kb_entity_tags_entity_id_fkey" FOREIGN KEY ("entity_id") REFERENCES "kb_entities"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "kb_edges" ADD CONSTRAINT "kb_edges_relation_key_fkey" FOREIGN KEY ("relation_key") REFERENCES "kb_relations"("key") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "kb_edges" ADD CONSTRAINT "kb_edges_source_slug_fkey" FOREIGN KEY ("source_slug") REFERENCES "kb_entities"("slug") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "kb_edges" ADD CONSTRAINT "kb_edges_target_slug_fkey" FOREIGN KEY ("target_slug") REFERENCES "kb_entities"("slug") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "kb_media_derivatives" ADD CONSTRAINT "kb_media_derivatives_media_id_fkey" FOREIGN KEY ("media_id") REFERENCES "kb_media_objects"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "kb_entity_media" ADD CONSTRAINT "kb_entity_media_entity_id_fkey" FOREIGN KEY ("entity_id") REFERENCES "kb_entities"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "kb_entity_media" ADD CONSTRAINT "kb_entity_media_media_id_fkey" FOREIGN KEY ("media_id") REFERENCES "kb_media_objects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "kb_workflow_steps" ADD CONSTRAINT "kb_workflow_steps_workflow_id_fkey" FOREIGN KEY ("workflow_id") REFERENCES "kb_workflows"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "kb_workflow_steps" ADD CONSTRAINT "kb_workflow_steps_entity_id_fkey" FOREIGN KEY ("entity_id") REFERENCES "kb_entities"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "kb_workflow_steps" ADD CONSTRAINT "kb_workflow_steps_media_id_fkey" FOREIGN KEY ("media_id") REFERENCES "kb_media_objects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "kb_workflow_step_dependencies" ADD CONSTRAINT "kb_workflow_step_dependencies_step_id_fkey" FOREIGN KEY ("step_id") REFERENCES "kb_workflow_steps"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "kb_workflow_step_dependencies" ADD CONSTRAINT "kb_workflow_step_dependencies_depends_on_id_fkey" FOREIGN KEY ("depends_on_id") REFERENCES "kb_workflow_steps"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "kb_entity_sources" ADD CONSTRAINT "kb_entity_sources_entity_id_fkey" FOREIGN KEY ("entity_id") REFERENCES "kb_entities"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "kb_entity_sources" ADD CONSTRAINT "kb_entity_sources_edge_id_fkey" FOREIGN KEY ("edge_id") REFERENCES "kb_edges"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "kb_entity_sources" ADD CONSTRAINT "kb_entity_sources_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "kb_provenance_runs"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Written by hand: what Prisma cannot express ────────────────────────────────────────────────────────────────────

-- Natural keys, and everything lists are ordered by, compare by code point: the same order on every machine, in
-- SQL and in memory, and an order that an index can answer.

ALTER TABLE "kb_kinds" ALTER COLUMN "key" TYPE text COLLATE "C";
ALTER TABLE "kb_relations" ALTER COLUMN "key" TYPE text COLLATE "C";
ALTER TABLE "kb_domains" ALTER COLUMN "key" TYPE text COLLATE "C";
ALTER TABLE "kb_entities"
  ALTER COLUMN "slug" TYPE text COLLATE "C",
  ALTER COLUMN "kind_key" TYPE text COLLATE "C",
  ALTER COLUMN "domain_key" TYPE text COLLATE "C",
  ALTER COLUMN "title_key" TYPE text COLLATE "C";
ALTER TABLE "kb_entity_tags" ALTER COLUMN "tag" TYPE text COLLATE "C";
ALTER TABLE "kb_edges"
  ALTER COLUMN "relation_key" TYPE text COLLATE "C",
  ALTER COLUMN "source_slug" TYPE text COLLATE "C",
  ALTER COLUMN "target_slug" TYPE text COLLATE "C";
ALTER TABLE "kb_media_objects" ALTER COLUMN "key" TYPE text COLLATE "C";
ALTER TABLE "kb_media_derivatives" ALTER COLUMN "preset" TYPE text COLLATE "C";
ALTER TABLE "kb_workflows" ALTER COLUMN "slug" TYPE text COLLATE "C";
ALTER TABLE "kb_provenance_runs" ALTER COLUMN "key" TYPE text COLLATE "C";
ALTER TABLE "kb_entity_sources" ALTER COLUMN "uri" TYPE text COLLATE "C";
ALTER TABLE "admin_migrations" ALTER COLUMN "name" TYPE text COLLATE "C";

-- Words. One folding for what is stored and what is asked: compatibility forms, accents and case make no difference.
-- Every name is qualified, so that the functions mean the same under any search_path (pg_restore sets an empty one).

CREATE FUNCTION "public"."kb_fold"("value" text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  -- ASCII, which is most of what there is, has nothing to normalise: four times faster.
  RETURN lower(CASE
    WHEN octet_length("value") = length("value") THEN "value"
    ELSE "public"."unaccent"('public.unaccent'::regdictionary, normalize("value", NFKC))
  END COLLATE "und-x-icu");

CREATE TEXT SEARCH CONFIGURATION "public"."kb_text" (COPY = "pg_catalog"."english");
ALTER TEXT SEARCH CONFIGURATION "public"."kb_text"
  ALTER MAPPING FOR hword, hword_part, word WITH "public"."unaccent", "pg_catalog"."english_stem";

-- A tsvector holds a megabyte at most; the first sixty thousand characters of a field are searched.
CREATE FUNCTION "public"."kb_words"("value" text, "weight" "char") RETURNS tsvector
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN setweight(
    to_tsvector('public.kb_text'::regconfig, left("public"."kb_fold"(coalesce("value", '')), 60000)), "weight");

CREATE FUNCTION "public"."kb_slug_words"("slug" text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN translate("slug", '._:/-', '     ');

-- All strings at any depth of a JSON value. "strict": the lax mode finds the members of lists twice.
CREATE FUNCTION "public"."kb_json_strings"("value" jsonb) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN (
    SELECT string_agg("found" #>> '{}', ' ')
    FROM jsonb_path_query("value", 'strict $.** ? (@.type() == "string")') AS "strings"("found")
  );

-- PostgreSQL reads the strings of a JSON value by itself, twice as fast, but does not fold them: good for ASCII.
CREATE FUNCTION "public"."kb_json_words"("value" jsonb, "weight" "char") RETURNS tsvector
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE
    WHEN octet_length("value"::text) = length("value"::text) AND length("value"::text) < 60000
      THEN setweight(jsonb_to_tsvector('public.kb_text'::regconfig, "value", '["string"]'), "weight")
    ELSE "public"."kb_words"("public"."kb_json_strings"("value"), "weight")
  END;

CREATE FUNCTION "public"."kb_entities_derive"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- A key of its index must fit a third of a page.
  NEW.title_key := left(public.kb_fold(NEW.title), 500);
  NEW.search_vector :=
    public.kb_words(NEW.title, 'A') || public.kb_words(public.kb_slug_words(NEW.slug), 'B') ||
    public.kb_words(NEW.summary, 'C') || public.kb_json_words(NEW.attributes, 'D');
  RETURN NEW;
END
$$;
CREATE TRIGGER "kb_entities_derive"
  BEFORE INSERT OR UPDATE OF "title", "slug", "summary", "attributes", "title_key", "search_vector"
  ON "kb_entities" FOR EACH ROW EXECUTE FUNCTION "public"."kb_entities_derive"();

CREATE FUNCTION "public"."kb_media_objects_derive"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.search_vector :=
    public.kb_words(NEW.alt, 'A') || public.kb_words(public.kb_slug_words(NEW.key), 'B') ||
    public.kb_words(NEW.caption, 'C') || public.kb_words(NEW.credit, 'D');
  RETURN NEW;
END
$$;
CREATE TRIGGER "kb_media_objects_derive"
  BEFORE INSERT OR UPDATE OF "alt", "key", "caption", "credit", "search_vector"
  ON "kb_media_objects" FOR EACH ROW EXECUTE FUNCTION "public"."kb_media_objects_derive"();

CREATE FUNCTION "public"."kb_workflows_derive"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.search_vector :=
    public.kb_words(NEW.title, 'A') || public.kb_words(public.kb_slug_words(NEW.slug), 'B') ||
    public.kb_words(NEW.summary, 'C');
  RETURN NEW;
END
$$;
CREATE TRIGGER "kb_workflows_derive"
  BEFORE INSERT OR UPDATE OF "title", "slug", "summary", "search_vector"
  ON "kb_workflows" FOR EACH ROW EXECUTE FUNCTION "public"."kb_workflows_derive"();

-- The graph's version moves with every statement that may change the graph. BEFORE, so that every writer takes this
-- one row's lock first and two writers can never wait for each other with it.

INSERT INTO "kb_graph_version" ("id", "version") VALUES (1, 0);

CREATE FUNCTION "public"."kb_graph_changes"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE public.kb_graph_version SET version = version + 1, changed_at = now() WHERE id = 1;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'The row of kb_graph_version is missing'
      USING HINT = 'INSERT INTO kb_graph_version (id, version) VALUES (1, extract(epoch FROM now())::bigint);';
  END IF;
  RETURN NULL;
END
$$;

DO $$
DECLARE
  graph_table text;
BEGIN
  FOREACH graph_table IN ARRAY ARRAY[
    'kb_kinds', 'kb_relations', 'kb_domains', 'kb_entities', 'kb_entity_tags', 'kb_edges', 'kb_media_objects',
    'kb_media_derivatives', 'kb_entity_media', 'kb_workflows', 'kb_workflow_steps', 'kb_workflow_step_dependencies',
    'kb_provenance_runs', 'kb_entity_sources'
  ] LOOP
    EXECUTE format(
      'CREATE TRIGGER %I BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I '
      'FOR EACH STATEMENT EXECUTE FUNCTION public.kb_graph_changes()',
      graph_table || '_graph_changes', graph_table);
  END LOOP;
END
$$;

-- Checks: a bad row is refused whoever writes it.

DO $$
DECLARE
  target record;
BEGIN
  FOR target IN
    SELECT * FROM (VALUES
      ('kb_kinds', 'key'), ('kb_relations', 'key'), ('kb_domains', 'key'), ('kb_entities', 'slug'),
      ('kb_media_objects', 'key'), ('kb_workflows', 'slug'), ('kb_provenance_runs', 'key')
    ) AS natural_keys (table_name, column_name)
  LOOP
    EXECUTE format(
      'ALTER TABLE %I ADD CONSTRAINT %I CHECK (%I ~ ''^[a-z0-9][a-z0-9._:/-]*$'' AND length(%I) <= 200)',
      target.table_name, target.table_name || '_' || target.column_name || '_check',
      target.column_name, target.column_name);
  END LOOP;

  FOR target IN
    SELECT * FROM (VALUES
      ('kb_entities', 'content_hash'), ('kb_edges', 'content_hash'), ('kb_media_objects', 'content_hash'),
      ('kb_media_derivatives', 'content_hash'), ('kb_media_derivatives', 'recipe_hash'),
      ('kb_provenance_runs', 'input_hash'), ('kb_provenance_runs', 'output_hash'),
      ('kb_entity_sources', 'document_hash'), ('admin_content_state', 'hash'), ('admin_history', 'hash'),
      ('admin_migrations', 'checksum'), ('admin_migrations', 'payload_hash'), ('admin_migrations', 'plan_hash'),
      ('admin_migrations', 'result_hash'), ('admin_migrations', 'previous_hash'), ('admin_migrations', 'hash')
    ) AS hashes (table_name, column_name)
  LOOP
    EXECUTE format(
      'ALTER TABLE %I ADD CONSTRAINT %I CHECK (%I ~ ''^[0-9a-f]{64}$'')',
      target.table_name, target.table_name || '_' || target.column_name || '_check', target.column_name);
  END LOOP;
END
$$;

ALTER TABLE "kb_kinds"
  ADD CONSTRAINT "kb_kinds_label_check" CHECK (btrim("label", E' \t\n\r') <> ''),
  ADD CONSTRAINT "kb_kinds_attribute_schema_check" CHECK (jsonb_typeof("attribute_schema") IN ('object', 'boolean'));

ALTER TABLE "kb_relations"
  ADD CONSTRAINT "kb_relations_label_check" CHECK (btrim("label", E' \t\n\r') <> '');

ALTER TABLE "kb_domains"
  ADD CONSTRAINT "kb_domains_label_check" CHECK (btrim("label", E' \t\n\r') <> ''),
  ADD CONSTRAINT "kb_domains_position_check" CHECK ("position" >= 0);

-- NaN is greater than infinity in PostgreSQL, so being less than infinity excludes both.
ALTER TABLE "kb_entities"
  ADD CONSTRAINT "kb_entities_title_check" CHECK (btrim("title", E' \t\n\r') <> '' AND length("title") <= 500),
  ADD CONSTRAINT "kb_entities_url_check" CHECK (octet_length("url") <= 2048),
  ADD CONSTRAINT "kb_entities_attributes_check" CHECK (jsonb_typeof("attributes") = 'object'),
  ADD CONSTRAINT "kb_entities_position_check" CHECK (num_nonnulls("position_x", "position_y") IN (0, 2)),
  ADD CONSTRAINT "kb_entities_position_x_check" CHECK ("position_x" > '-Infinity' AND "position_x" < 'Infinity'),
  ADD CONSTRAINT "kb_entities_position_y_check" CHECK ("position_y" > '-Infinity' AND "position_y" < 'Infinity'),
  ADD CONSTRAINT "kb_entities_weight_check" CHECK ("weight" > '-Infinity' AND "weight" < 'Infinity'),
  ADD CONSTRAINT "kb_entities_revision_check" CHECK ("revision" >= 1);

ALTER TABLE "kb_entity_tags"
  ADD CONSTRAINT "kb_entity_tags_tag_check" CHECK (btrim("tag", E' \t\n\r') <> '' AND length("tag") <= 200);

ALTER TABLE "kb_edges"
  ADD CONSTRAINT "kb_edges_attributes_check" CHECK (jsonb_typeof("attributes") = 'object'),
  ADD CONSTRAINT "kb_edges_weight_check" CHECK ("weight" > '-Infinity' AND "weight" < 'Infinity'),
  ADD CONSTRAINT "kb_edges_revision_check" CHECK ("revision" >= 1);

ALTER TABLE "kb_media_objects"
  ADD CONSTRAINT "kb_media_objects_url_check" CHECK ("url" ~ '^(https?://|/)'),
  ADD CONSTRAINT "kb_media_objects_byte_size_check" CHECK ("byte_size" >= 0),
  ADD CONSTRAINT "kb_media_objects_width_check" CHECK ("width" > 0),
  ADD CONSTRAINT "kb_media_objects_height_check" CHECK ("height" > 0),
  ADD CONSTRAINT "kb_media_objects_duration_seconds_check"
    CHECK ("duration_seconds" >= 0 AND "duration_seconds" < 'Infinity'),
  ADD CONSTRAINT "kb_media_objects_focal_check" CHECK (num_nonnulls("focal_x", "focal_y") IN (0, 2)),
  ADD CONSTRAINT "kb_media_objects_focal_x_check" CHECK ("focal_x" BETWEEN 0 AND 1),
  ADD CONSTRAINT "kb_media_objects_focal_y_check" CHECK ("focal_y" BETWEEN 0 AND 1),
  ADD CONSTRAINT "kb_media_objects_availability_backends_check" CHECK (jsonb_typeof("availability_backends") = 'array'),
  ADD CONSTRAINT "kb_media_objects_revision_check" CHECK ("revision" >= 1);

ALTER TABLE "kb_media_derivatives"
  ADD CONSTRAINT "kb_media_derivatives_preset_check" CHECK (btrim("preset", E' \t\n\r') <> '' AND length("preset") <= 200),
  ADD CONSTRAINT "kb_media_derivatives_url_check" CHECK ("url" ~ '^(https?://|/)'),
  ADD CONSTRAINT "kb_media_derivatives_byte_size_check" CHECK ("byte_size" >= 0),
  ADD CONSTRAINT "kb_media_derivatives_width_check" CHECK ("width" > 0),
  ADD CONSTRAINT "kb_media_derivatives_height_check" CHECK ("height" > 0);

ALTER TABLE "kb_entity_media"
  ADD CONSTRAINT "kb_entity_media_position_check" CHECK ("position" >= 0);

ALTER TABLE "kb_workflows"
  ADD CONSTRAINT "kb_workflows_title_check" CHECK (btrim("title", E' \t\n\r') <> '' AND length("title") <= 500),
  ADD CONSTRAINT "kb_workflows_revision_check" CHECK ("revision" >= 1);

ALTER TABLE "kb_workflow_steps"
  ADD CONSTRAINT "kb_workflow_steps_position_check" CHECK ("position" >= 0),
  ADD CONSTRAINT "kb_workflow_steps_title_check" CHECK (btrim("title", E' \t\n\r') <> '' AND length("title") <= 500),
  ADD CONSTRAINT "kb_workflow_steps_attributes_check" CHECK (jsonb_typeof("attributes") = 'object');

ALTER TABLE "kb_workflow_step_dependencies"
  ADD CONSTRAINT "kb_workflow_step_dependencies_self_check" CHECK ("step_id" <> "depends_on_id");

ALTER TABLE "kb_entity_sources"
  ADD CONSTRAINT "kb_entity_sources_subject_check" CHECK (num_nonnulls("entity_id", "edge_id") = 1),
  ADD CONSTRAINT "kb_entity_sources_uri_check" CHECK (btrim("uri", E' \t\n\r') <> '' AND octet_length("uri") <= 2048),
  ADD CONSTRAINT "kb_entity_sources_confidence_check" CHECK ("confidence" BETWEEN 0 AND 1);

ALTER TABLE "kb_graph_version"
  ADD CONSTRAINT "kb_graph_version_id_check" CHECK ("id" = 1);

ALTER TABLE "admin_content_state"
  ADD CONSTRAINT "admin_content_state_id_check" CHECK ("id" = 1),
  ADD CONSTRAINT "admin_content_state_version_check" CHECK ("version" >= 1),
  ADD CONSTRAINT "admin_content_state_state_check" CHECK (jsonb_typeof("state") = 'object');

ALTER TABLE "admin_history"
  ADD CONSTRAINT "admin_history_version_check" CHECK ("version" >= 1),
  ADD CONSTRAINT "admin_history_state_check" CHECK (jsonb_typeof("state") = 'object');

ALTER TABLE "admin_migrations"
  ADD CONSTRAINT "admin_migrations_counts_check" CHECK (jsonb_typeof("counts") = 'object');

-- A unique index carries the foreign keys of the edges, but tools that read the catalog (PostGraphile, BI) look for
-- constraints: the same index, named as one.
ALTER TABLE "kb_entities" ADD CONSTRAINT "kb_entities_slug_key" UNIQUE USING INDEX "kb_entities_slug_key";
