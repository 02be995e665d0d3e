-- CreateEnum
CREATE TYPE "kb_subject_type" AS ENUM ('Entity', 'GraphEdge');

-- CreateEnum
CREATE TYPE "kb_change_operation" AS ENUM ('ADDED', 'CHANGED', 'REMOVED');

-- CreateTable
CREATE TABLE "admin_people" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" TEXT NOT NULL,
    "role" "admin_role" NOT NULL,
    "password_hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,
    "disabled_at" TIMESTAMPTZ(6),

    CONSTRAINT "admin_people_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "admin_tokens" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "token_hash" TEXT NOT NULL,
    "role" "admin_role" NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "last_used_at" TIMESTAMPTZ(6),
    "revoked_at" TIMESTAMPTZ(6),

    CONSTRAINT "admin_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "admin_sign_in_attempts" (
    "key" TEXT NOT NULL,
    "points" INTEGER NOT NULL DEFAULT 0,
    "expire" BIGINT,

    CONSTRAINT "admin_sign_in_attempts_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "admin_audit" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor" TEXT NOT NULL,
    "role" "admin_role" NOT NULL,
    "token_id" UUID,
    "request_id" TEXT,
    "operation" TEXT NOT NULL,
    "target_type" TEXT NOT NULL,
    "target_key" TEXT NOT NULL,
    "before_hash" TEXT,
    "after_hash" TEXT,
    "details" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "admin_audit_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "admin_idempotency_keys" (
    "actor" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "input_hash" TEXT NOT NULL,
    "result" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "admin_idempotency_keys_pkey" PRIMARY KEY ("actor","operation","key")
);

-- CreateTable
CREATE TABLE "admin_uploads" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "key" TEXT NOT NULL,
    "mime_type" TEXT NOT NULL,
    "byte_size" BIGINT NOT NULL,
    "sha256" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "admin_uploads_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "kb_changes" (
    "position" BIGSERIAL NOT NULL,
    "changed_at" TIMESTAMPTZ(6) NOT NULL,
    "superseded_at" TIMESTAMPTZ(6),
    "subject_type" "kb_subject_type" NOT NULL,
    "subject_id" UUID NOT NULL,
    "subject_key" TEXT NOT NULL,
    "source_slug" TEXT,
    "target_slug" TEXT,
    "operation" "kb_change_operation",
    "revision" INTEGER NOT NULL,
    "state" JSONB,
    "content_hash" TEXT NOT NULL,
    "was_public" BOOLEAN NOT NULL,
    "is_public" BOOLEAN NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,
    "changed_by" TEXT,
    "run_id" UUID,

    CONSTRAINT "kb_changes_pkey" PRIMARY KEY ("position")
);

-- CreateTable
CREATE TABLE "kb_redirects" (
    "slug" TEXT NOT NULL,
    "entity_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "kb_redirects_pkey" PRIMARY KEY ("slug")
);

-- CreateIndex
CREATE UNIQUE INDEX "admin_people_name_key" ON "admin_people"("name");

-- CreateIndex
CREATE UNIQUE INDEX "admin_tokens_token_hash_key" ON "admin_tokens"("token_hash");

-- CreateIndex
CREATE INDEX "admin_tokens_name_idx" ON "admin_tokens"("name");

-- CreateIndex
CREATE INDEX "admin_audit_at_idx" ON "admin_audit"("at");

-- CreateIndex
CREATE INDEX "admin_audit_target_type_target_key_id_idx" ON "admin_audit"("target_type", "target_key", "id");

-- CreateIndex
CREATE INDEX "admin_audit_actor_id_idx" ON "admin_audit"("actor", "id");

-- CreateIndex
CREATE INDEX "admin_idempotency_keys_created_at_idx" ON "admin_idempotency_keys"("created_at");

-- CreateIndex
CREATE INDEX "admin_uploads_expires_at_idx" ON "admin_uploads"("expires_at");

-- CreateIndex
CREATE INDEX "kb_changes_subject_key_idx" ON "kb_changes"("subject_key");

-- CreateIndex
CREATE INDEX "kb_changes_source_slug_idx" ON "kb_changes"("source_slug");

-- CreateIndex
CREATE INDEX "kb_changes_target_slug_idx" ON "kb_changes"("target_slug");

-- CreateIndex
CREATE INDEX "kb_changes_changed_at_idx" ON "kb_changes"("changed_at");

-- CreateIndex
CREATE UNIQUE INDEX "kb_changes_subject_id_changed_at_key" ON "kb_changes"("subject_id", "changed_at");

-- CreateIndex
CREATE INDEX "kb_redirects_entity_id_idx" ON "kb_redirects"("entity_id");

-- CreateIndex
CREATE INDEX "admin_sessions_name_idx" ON "admin_sessions"("name");

-- AddForeignKey
ALTER TABLE "kb_redirects" ADD CONSTRAINT "kb_redirects_entity_id_fkey" FOREIGN KEY ("entity_id") REFERENCES "kb_entities"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma cannot express.

-- Orders of the API are by code point: the "C" order in UTF-8.
ALTER TABLE "kb_changes"
  ALTER COLUMN "subject_key" TYPE text COLLATE "C",
  ALTER COLUMN "source_slug" TYPE text COLLATE "C",
  ALTER COLUMN "target_slug" TYPE text COLLATE "C";
ALTER TABLE "kb_redirects" ALTER COLUMN "slug" TYPE text COLLATE "C";

ALTER TABLE "kb_changes"
  ADD CONSTRAINT "kb_changes_superseded_at_check" CHECK ("superseded_at" > "changed_at"),
  ADD CONSTRAINT "kb_changes_revision_check" CHECK ("revision" >= 1),
  ADD CONSTRAINT "kb_changes_state_check"
    CHECK (CASE WHEN "operation" = 'REMOVED' THEN "state" IS NULL ELSE coalesce(jsonb_typeof("state") = 'object', false) END),
  ADD CONSTRAINT "kb_changes_content_hash_check" CHECK ("content_hash" ~ '^[0-9a-f]{64}$');

ALTER TABLE "kb_redirects"
  ADD CONSTRAINT "kb_redirects_slug_check" CHECK ("slug" ~ '^[a-z0-9][a-z0-9._:/-]*$' AND length("slug") <= 200);

ALTER TABLE "admin_people"
  ADD CONSTRAINT "admin_people_name_check" CHECK ("name" ~ '^[a-z0-9][a-z0-9._@-]*$' AND length("name") <= 200 AND "name" <> 'admin'),
  ADD CONSTRAINT "admin_people_role_check" CHECK ("role" <> 'PUBLIC');

ALTER TABLE "admin_tokens"
  ADD CONSTRAINT "admin_tokens_name_check" CHECK (btrim("name", E' \t\n\r') <> '' AND length("name") <= 200),
  ADD CONSTRAINT "admin_tokens_token_hash_check" CHECK ("token_hash" ~ '^[0-9a-f]{64}$'),
  ADD CONSTRAINT "admin_tokens_role_check" CHECK ("role" <> 'PUBLIC'),
  ADD CONSTRAINT "admin_tokens_expires_at_check" CHECK ("expires_at" > "created_at");

ALTER TABLE "admin_audit"
  ADD CONSTRAINT "admin_audit_before_hash_check" CHECK ("before_hash" ~ '^[0-9a-f]{64}$'),
  ADD CONSTRAINT "admin_audit_after_hash_check" CHECK ("after_hash" ~ '^[0-9a-f]{64}$'),
  ADD CONSTRAINT "admin_audit_details_check" CHECK (jsonb_typeof("details") = 'object');

ALTER TABLE "admin_idempotency_keys"
  ADD CONSTRAINT "admin_idempotency_keys_key_check" CHECK ("key" <> '' AND length("key") <= 200),
  ADD CONSTRAINT "admin_idempotency_keys_input_hash_check" CHECK ("input_hash" ~ '^[0-9a-f]{64}$');

ALTER TABLE "admin_uploads"
  ADD CONSTRAINT "admin_uploads_key_check" CHECK ("key" ~ '^[a-z0-9][a-z0-9._:/-]*$' AND length("key") <= 200),
  ADD CONSTRAINT "admin_uploads_byte_size_check" CHECK ("byte_size" >= 0),
  ADD CONSTRAINT "admin_uploads_sha256_check" CHECK ("sha256" ~ '^[0-9a-f]{64}$');

CREATE TRIGGER "kb_redirects_graph_changes" BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON "kb_redirects"
  FOR EACH STATEMENT EXECUTE FUNCTION "public"."kb_graph_changes"();

-- The audit only grows. Whoever restores a backup turns triggers off as the tables' owner.
CREATE FUNCTION "public"."admin_audit_refuse"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'Rows of admin_audit are not changed or deleted';
END
$$;
CREATE TRIGGER "admin_audit_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "admin_audit"
  FOR EACH STATEMENT EXECUTE FUNCTION "public"."admin_audit_refuse"();

-- The first statement of a transaction that changes the graph gives it its moment. The row's lock makes writers take
-- turns, so moments rise in the order of commits. `kb.changing` is gone when the transaction ends.
CREATE OR REPLACE FUNCTION "public"."kb_graph_changes"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(current_setting('kb.changing', true), '') = '' THEN
    UPDATE public.kb_graph_version
      SET version = version + 1, changed_at = greatest(clock_timestamp(), changed_at + interval '1 microsecond')
      WHERE id = 1;
  ELSE
    UPDATE public.kb_graph_version SET version = version + 1 WHERE id = 1;
  END IF;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'The row of kb_graph_version is missing'
      USING HINT = 'INSERT INTO kb_graph_version (id, version) VALUES (1, extract(epoch FROM now())::bigint);';
  END IF;
  PERFORM set_config('kb.changing', 'yes', true), pg_notify('kb_changes', '');
  RETURN NULL;
END
$$;

CREATE FUNCTION "public"."kb_entity_state"(
  "slug" text, "kind" text, "domain" text, "title" text, "summary" text, "url" text, "status" kb_publication_status,
  "tags" jsonb, "attributes" jsonb, "x" double precision, "y" double precision, "weight" double precision
) RETURNS jsonb LANGUAGE sql STABLE
  RETURN jsonb_build_object('slug', "slug", 'kind', "kind", 'domain', "domain", 'title', "title", 'summary', "summary",
    'url', "url", 'status', "status", 'tags', "tags", 'attributes', "attributes",
    'position', CASE WHEN "x" IS NOT NULL THEN jsonb_build_object('x', "x", 'y', "y") END, 'weight', "weight");

CREATE FUNCTION "public"."kb_tags_of"("entity" uuid) RETURNS jsonb LANGUAGE sql STABLE
  RETURN (SELECT coalesce(jsonb_agg("tag" ORDER BY "tag" COLLATE "C"), '[]') FROM "public"."kb_entity_tags" WHERE "entity_id" = "entity");

CREATE FUNCTION "public"."kb_edge_state"(
  "relation" text, "source" text, "target" text, "label" text, "weight" double precision, "attributes" jsonb
) RETURNS jsonb LANGUAGE sql STABLE
  RETURN jsonb_build_object('relation', "relation", 'source', "source", 'target', "target", 'label', "label",
    'weight', "weight", 'attributes', "attributes");

CREATE FUNCTION "public"."kb_change_actor"() RETURNS text LANGUAGE sql STABLE
  RETURN coalesce(nullif(current_setting('kb.actor', true), ''), 'sql:' || session_user);

CREATE FUNCTION "public"."kb_change_run"() RETURNS uuid LANGUAGE sql STABLE
  RETURN nullif(current_setting('kb.run', true), '')::uuid;

CREATE FUNCTION "public"."kb_change_moment"() RETURNS timestamptz LANGUAGE sql STABLE
  RETURN (SELECT "changed_at" FROM "public"."kb_graph_version" WHERE "id" = 1);

-- A subject that a transaction has changed before keeps one row, which then says what came of it.
CREATE FUNCTION "public"."kb_entities_record"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moment timestamptz := public.kb_change_moment();
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO public.kb_changes AS c (changed_at, subject_type, subject_id, subject_key, operation, revision, state,
        content_hash, was_public, is_public, created_at, updated_at, changed_by, run_id)
      SELECT moment, 'Entity', n.id, n.slug, 'ADDED', n.revision,
        public.kb_entity_state(n.slug, n.kind_key, n.domain_key, n.title, n.summary, n.url, n.status, '[]', n.attributes,
          n.position_x, n.position_y, n.weight),
        n.content_hash, false, n.status = 'PUBLISHED', n.created_at, n.updated_at, public.kb_change_actor(), public.kb_change_run()
      FROM new_rows n
    ON CONFLICT (subject_id, changed_at) DO UPDATE SET subject_key = excluded.subject_key,
      operation = CASE WHEN c.operation = 'REMOVED' THEN 'CHANGED'::public.kb_change_operation ELSE excluded.operation END,
      revision = excluded.revision, state = excluded.state, content_hash = excluded.content_hash,
      is_public = excluded.is_public, created_at = excluded.created_at, updated_at = excluded.updated_at;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO public.kb_changes AS c (changed_at, subject_type, subject_id, subject_key, operation, revision, state,
        content_hash, was_public, is_public, created_at, updated_at, changed_by, run_id)
      SELECT moment, 'Entity', n.id, n.slug, 'CHANGED', n.revision,
        public.kb_entity_state(n.slug, n.kind_key, n.domain_key, n.title, n.summary, n.url, n.status, public.kb_tags_of(n.id),
          n.attributes, n.position_x, n.position_y, n.weight),
        n.content_hash, o.status = 'PUBLISHED', n.status = 'PUBLISHED', n.created_at, n.updated_at,
        public.kb_change_actor(), public.kb_change_run()
      FROM new_rows n JOIN old_rows o USING (id)
      WHERE (n.slug, n.kind_key, n.domain_key, n.title, n.summary, n.url, n.status, n.attributes, n.position_x, n.position_y,
          n.weight, n.revision, n.content_hash)
        IS DISTINCT FROM (o.slug, o.kind_key, o.domain_key, o.title, o.summary, o.url, o.status, o.attributes, o.position_x,
          o.position_y, o.weight, o.revision, o.content_hash)
    ON CONFLICT (subject_id, changed_at) DO UPDATE SET subject_key = excluded.subject_key,
      operation = coalesce(c.operation, 'CHANGED'), revision = excluded.revision, state = excluded.state,
      content_hash = excluded.content_hash, is_public = excluded.is_public, updated_at = excluded.updated_at;
    UPDATE public.kb_changes c SET superseded_at = moment
      FROM new_rows n JOIN old_rows o USING (id)
      WHERE c.subject_id = n.id AND c.superseded_at IS NULL AND c.changed_at < moment
        AND EXISTS (SELECT FROM public.kb_changes x WHERE x.subject_id = n.id AND x.changed_at = moment);
    -- Edges of an entity that is published or withdrawn come and go with it.
    IF EXISTS (SELECT FROM new_rows n JOIN old_rows o USING (id)
        WHERE (n.status = 'PUBLISHED') <> (o.status = 'PUBLISHED')) THEN
      INSERT INTO public.kb_changes AS c (changed_at, subject_type, subject_id, subject_key, source_slug, target_slug, revision,
          state, content_hash, was_public, is_public, created_at, updated_at, changed_by, run_id)
        SELECT moment, 'GraphEdge', e.id, concat_ws('|', e.source_slug, e.relation_key, e.target_slug), e.source_slug,
          e.target_slug, e.revision,
          public.kb_edge_state(e.relation_key, e.source_slug, e.target_slug, e.label, e.weight, e.attributes),
          e.content_hash, last.is_public, s.status = 'PUBLISHED' AND t.status = 'PUBLISHED', e.created_at, e.updated_at,
          public.kb_change_actor(), public.kb_change_run()
        FROM public.kb_edges e
          JOIN public.kb_entities s ON s.slug = e.source_slug
          JOIN public.kb_entities t ON t.slug = e.target_slug
          JOIN public.kb_changes last ON last.subject_id = e.id AND last.superseded_at IS NULL
        WHERE e.id IN (
            SELECT x.id FROM new_rows n JOIN old_rows o USING (id) JOIN public.kb_edges x ON x.source_slug = n.slug
              WHERE (n.status = 'PUBLISHED') <> (o.status = 'PUBLISHED')
            UNION
            SELECT x.id FROM new_rows n JOIN old_rows o USING (id) JOIN public.kb_edges x ON x.target_slug = n.slug
              WHERE (n.status = 'PUBLISHED') <> (o.status = 'PUBLISHED'))
          AND last.is_public <> (s.status = 'PUBLISHED' AND t.status = 'PUBLISHED')
      ON CONFLICT (subject_id, changed_at) DO UPDATE SET is_public = excluded.is_public;
      UPDATE public.kb_changes c SET superseded_at = moment
        FROM public.kb_changes x
        WHERE x.changed_at = moment AND x.subject_type = 'GraphEdge' AND c.subject_id = x.subject_id
          AND c.superseded_at IS NULL AND c.changed_at < moment;
    END IF;
  ELSE
    WITH gone AS (
      DELETE FROM public.kb_changes c USING old_rows o
        WHERE c.subject_id = o.id AND c.changed_at = moment AND c.operation = 'ADDED'
        RETURNING c.subject_id)
    INSERT INTO public.kb_changes AS c (changed_at, subject_type, subject_id, subject_key, operation, revision, content_hash,
        was_public, is_public, created_at, updated_at, changed_by, run_id)
      SELECT moment, 'Entity', o.id, o.slug, 'REMOVED', o.revision, o.content_hash, o.status = 'PUBLISHED', false,
        o.created_at, o.updated_at, public.kb_change_actor(), public.kb_change_run()
      FROM old_rows o WHERE o.id NOT IN (SELECT subject_id FROM gone)
    ON CONFLICT (subject_id, changed_at) DO UPDATE SET operation = 'REMOVED', state = NULL, is_public = false;
    UPDATE public.kb_changes c SET superseded_at = moment
      FROM old_rows o WHERE c.subject_id = o.id AND c.superseded_at IS NULL AND c.changed_at < moment;
  END IF;
  RETURN NULL;
END
$$;

-- Tags are part of an entity's content. Writers of entities write them after the entity; tags that come by themselves
-- are a change of the entity.
CREATE FUNCTION "public"."kb_entity_tags_record"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moment timestamptz := public.kb_change_moment();
  alone uuid[];
BEGIN
  UPDATE public.kb_changes c SET state = jsonb_set(c.state, '{tags}', public.kb_tags_of(c.subject_id))
    FROM (SELECT DISTINCT entity_id FROM rows) t
    WHERE c.subject_id = t.entity_id AND c.changed_at = moment AND c.state IS NOT NULL;
  SELECT array_agg(DISTINCT t.entity_id) INTO alone FROM rows t
    WHERE NOT EXISTS (SELECT FROM public.kb_changes c WHERE c.subject_id = t.entity_id AND c.changed_at = moment);
  -- Each statement on a table of the graph moves its version, even one that changes no row.
  IF alone IS NOT NULL THEN
    UPDATE public.kb_entities e SET revision = e.revision + 1, updated_at = now(),
        content_hash = encode(sha256(convert_to(public.kb_entity_state(e.slug, e.kind_key, e.domain_key, e.title, e.summary,
          e.url, e.status, public.kb_tags_of(e.id), e.attributes, e.position_x, e.position_y, e.weight)::text, 'UTF8')), 'hex')
      WHERE e.id = ANY (alone);
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION "public"."kb_edges_record"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moment timestamptz := public.kb_change_moment();
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO public.kb_changes AS c (changed_at, subject_type, subject_id, subject_key, source_slug, target_slug, operation,
        revision, state, content_hash, was_public, is_public, created_at, updated_at, changed_by, run_id)
      SELECT moment, 'GraphEdge', n.id, concat_ws('|', n.source_slug, n.relation_key, n.target_slug), n.source_slug,
        n.target_slug, 'ADDED', n.revision,
        public.kb_edge_state(n.relation_key, n.source_slug, n.target_slug, n.label, n.weight, n.attributes),
        n.content_hash, false, s.status = 'PUBLISHED' AND t.status = 'PUBLISHED', n.created_at, n.updated_at,
        public.kb_change_actor(), public.kb_change_run()
      FROM new_rows n
        JOIN public.kb_entities s ON s.slug = n.source_slug
        JOIN public.kb_entities t ON t.slug = n.target_slug
    ON CONFLICT (subject_id, changed_at) DO UPDATE SET subject_key = excluded.subject_key, source_slug = excluded.source_slug,
      target_slug = excluded.target_slug,
      operation = CASE WHEN c.operation = 'REMOVED' THEN 'CHANGED'::public.kb_change_operation ELSE excluded.operation END,
      revision = excluded.revision, state = excluded.state, content_hash = excluded.content_hash,
      is_public = excluded.is_public, created_at = excluded.created_at, updated_at = excluded.updated_at;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO public.kb_changes AS c (changed_at, subject_type, subject_id, subject_key, source_slug, target_slug, operation,
        revision, state, content_hash, was_public, is_public, created_at, updated_at, changed_by, run_id)
      SELECT moment, 'GraphEdge', n.id, concat_ws('|', n.source_slug, n.relation_key, n.target_slug), n.source_slug,
        n.target_slug, 'CHANGED', n.revision,
        public.kb_edge_state(n.relation_key, n.source_slug, n.target_slug, n.label, n.weight, n.attributes),
        n.content_hash,
        coalesce((SELECT last.is_public FROM public.kb_changes last
          WHERE last.subject_id = n.id AND last.superseded_at IS NULL LIMIT 1), false),
        s.status = 'PUBLISHED' AND t.status = 'PUBLISHED', n.created_at, n.updated_at,
        public.kb_change_actor(), public.kb_change_run()
      -- The rows as they are now: a renamed entity moves both ends of its self-loop, so the same edge is there twice.
      FROM public.kb_edges n
        JOIN public.kb_entities s ON s.slug = n.source_slug
        JOIN public.kb_entities t ON t.slug = n.target_slug
      WHERE n.id IN (SELECT o.id FROM old_rows o JOIN new_rows u USING (id)
        WHERE (u.relation_key, u.source_slug, u.target_slug, u.label, u.weight, u.attributes, u.revision, u.content_hash)
          IS DISTINCT FROM
          (o.relation_key, o.source_slug, o.target_slug, o.label, o.weight, o.attributes, o.revision, o.content_hash))
    ON CONFLICT (subject_id, changed_at) DO UPDATE SET subject_key = excluded.subject_key, source_slug = excluded.source_slug,
      target_slug = excluded.target_slug, operation = coalesce(c.operation, 'CHANGED'), revision = excluded.revision,
      state = excluded.state, content_hash = excluded.content_hash, is_public = excluded.is_public,
      updated_at = excluded.updated_at;
    UPDATE public.kb_changes c SET superseded_at = moment
      FROM new_rows n
      WHERE c.subject_id = n.id AND c.superseded_at IS NULL AND c.changed_at < moment
        AND EXISTS (SELECT FROM public.kb_changes x WHERE x.subject_id = n.id AND x.changed_at = moment);
  ELSE
    WITH gone AS (
      DELETE FROM public.kb_changes c USING old_rows o
        WHERE c.subject_id = o.id AND c.changed_at = moment AND c.operation = 'ADDED'
        RETURNING c.subject_id)
    INSERT INTO public.kb_changes AS c (changed_at, subject_type, subject_id, subject_key, source_slug, target_slug, operation,
        revision, content_hash, was_public, is_public, created_at, updated_at, changed_by, run_id)
      SELECT moment, 'GraphEdge', o.id, concat_ws('|', o.source_slug, o.relation_key, o.target_slug), o.source_slug,
        o.target_slug, 'REMOVED', o.revision, o.content_hash,
        coalesce((SELECT last.is_public FROM public.kb_changes last
          WHERE last.subject_id = o.id AND last.superseded_at IS NULL LIMIT 1), false),
        false, o.created_at, o.updated_at, public.kb_change_actor(), public.kb_change_run()
      FROM old_rows o WHERE o.id NOT IN (SELECT subject_id FROM gone)
    ON CONFLICT (subject_id, changed_at) DO UPDATE SET operation = 'REMOVED', state = NULL, is_public = false;
    UPDATE public.kb_changes c SET superseded_at = moment
      FROM old_rows o WHERE c.subject_id = o.id AND c.superseded_at IS NULL AND c.changed_at < moment;
  END IF;
  RETURN NULL;
END
$$;

-- Makes the history agree with the tables, for writers that kept the triggers from seeing what they did: a restore, a
-- TRUNCATE, and this migration itself. What was there before the feed enters it as of its own last change.
CREATE FUNCTION "public"."kb_sync_history"("moment" timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  CREATE TEMPORARY TABLE kb_current ON COMMIT DROP AS
    SELECT 'Entity'::public.kb_subject_type AS subject_type, e.id, e.slug::text AS subject_key, NULL::text AS source_slug,
      NULL::text AS target_slug, e.revision,
      public.kb_entity_state(e.slug, e.kind_key, e.domain_key, e.title, e.summary, e.url, e.status, public.kb_tags_of(e.id),
        e.attributes, e.position_x, e.position_y, e.weight) AS state,
      e.content_hash, e.status = 'PUBLISHED' AS is_public, e.created_at, e.updated_at
    FROM public.kb_entities e
    UNION ALL
    SELECT 'GraphEdge', e.id, concat_ws('|', e.source_slug, e.relation_key, e.target_slug), e.source_slug, e.target_slug,
      e.revision, public.kb_edge_state(e.relation_key, e.source_slug, e.target_slug, e.label, e.weight, e.attributes),
      e.content_hash, s.status = 'PUBLISHED' AND t.status = 'PUBLISHED', e.created_at, e.updated_at
    FROM public.kb_edges e
      JOIN public.kb_entities s ON s.slug = e.source_slug
      JOIN public.kb_entities t ON t.slug = e.target_slug;
  CREATE TEMPORARY TABLE kb_differing ON COMMIT DROP AS
    SELECT coalesce(n.subject_type, l.subject_type) AS subject_type, coalesce(n.id, l.subject_id) AS id,
      coalesce(n.subject_key, l.subject_key) AS subject_key, coalesce(n.source_slug, l.source_slug) AS source_slug,
      coalesce(n.target_slug, l.target_slug) AS target_slug,
      CASE WHEN n.id IS NULL THEN 'REMOVED' WHEN l.subject_id IS NULL THEN 'ADDED'
        WHEN (n.state, n.revision, n.content_hash) IS DISTINCT FROM (l.state, l.revision, l.content_hash) THEN 'CHANGED'
        END::public.kb_change_operation AS operation,
      coalesce(n.revision, l.revision) AS revision, n.state, coalesce(n.content_hash, l.content_hash) AS content_hash,
      coalesce(l.is_public, false) AS was_public, coalesce(n.is_public, false) AS is_public,
      coalesce(n.created_at, l.created_at) AS created_at, coalesce(n.updated_at, l.updated_at) AS updated_at
    FROM kb_current n
      FULL JOIN (SELECT * FROM public.kb_changes WHERE superseded_at IS NULL AND state IS NOT NULL) l ON l.subject_id = n.id
    WHERE (n.state, n.revision, n.content_hash, n.is_public)
      IS DISTINCT FROM (l.state, l.revision, l.content_hash, l.is_public);
  INSERT INTO public.kb_changes AS c (changed_at, subject_type, subject_id, subject_key, source_slug, target_slug, operation,
      revision, state, content_hash, was_public, is_public, created_at, updated_at, changed_by, run_id)
    SELECT coalesce(moment, d.updated_at), d.subject_type, d.id, d.subject_key, d.source_slug, d.target_slug, d.operation,
      d.revision, d.state, d.content_hash, d.was_public, d.is_public, d.created_at, d.updated_at,
      CASE WHEN moment IS NOT NULL THEN public.kb_change_actor() END, public.kb_change_run()
    FROM kb_differing d ORDER BY coalesce(moment, d.updated_at), d.subject_type, d.subject_key
  ON CONFLICT (subject_id, changed_at) DO UPDATE SET operation = CASE
      WHEN excluded.operation = 'REMOVED' THEN excluded.operation
      WHEN c.operation = 'REMOVED' THEN 'CHANGED'::public.kb_change_operation
      ELSE coalesce(c.operation, excluded.operation) END,
    subject_key = excluded.subject_key, revision = excluded.revision, state = excluded.state,
    content_hash = excluded.content_hash, is_public = excluded.is_public, updated_at = excluded.updated_at;
  IF moment IS NOT NULL THEN
    UPDATE public.kb_changes c SET superseded_at = moment
      FROM kb_differing d WHERE c.subject_id = d.id AND c.superseded_at IS NULL AND c.changed_at < moment;
  END IF;
  DROP TABLE kb_current, kb_differing;
END
$$;

CREATE FUNCTION "public"."kb_truncate_record"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM public.kb_sync_history(public.kb_change_moment());
  RETURN NULL;
END
$$;

CREATE TRIGGER "kb_entities_added" AFTER INSERT ON "kb_entities" REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "public"."kb_entities_record"();
CREATE TRIGGER "kb_entities_changed" AFTER UPDATE ON "kb_entities" REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "public"."kb_entities_record"();
CREATE TRIGGER "kb_entities_removed" AFTER DELETE ON "kb_entities" REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "public"."kb_entities_record"();
CREATE TRIGGER "kb_entities_truncated" AFTER TRUNCATE ON "kb_entities"
  FOR EACH STATEMENT EXECUTE FUNCTION "public"."kb_truncate_record"();
CREATE TRIGGER "kb_entity_tags_added" AFTER INSERT ON "kb_entity_tags" REFERENCING NEW TABLE AS rows
  FOR EACH STATEMENT EXECUTE FUNCTION "public"."kb_entity_tags_record"();
CREATE TRIGGER "kb_entity_tags_removed" AFTER DELETE ON "kb_entity_tags" REFERENCING OLD TABLE AS rows
  FOR EACH STATEMENT EXECUTE FUNCTION "public"."kb_entity_tags_record"();
CREATE TRIGGER "kb_entity_tags_changed" AFTER UPDATE ON "kb_entity_tags" REFERENCING NEW TABLE AS rows
  FOR EACH STATEMENT EXECUTE FUNCTION "public"."kb_entity_tags_record"();
CREATE TRIGGER "kb_entity_tags_truncated" AFTER TRUNCATE ON "kb_entity_tags"
  FOR EACH STATEMENT EXECUTE FUNCTION "public"."kb_truncate_record"();
CREATE TRIGGER "kb_edges_added" AFTER INSERT ON "kb_edges" REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "public"."kb_edges_record"();
CREATE TRIGGER "kb_edges_changed" AFTER UPDATE ON "kb_edges" REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "public"."kb_edges_record"();
CREATE TRIGGER "kb_edges_removed" AFTER DELETE ON "kb_edges" REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "public"."kb_edges_record"();
CREATE TRIGGER "kb_edges_truncated" AFTER TRUNCATE ON "kb_edges"
  FOR EACH STATEMENT EXECUTE FUNCTION "public"."kb_truncate_record"();

SELECT "public"."kb_sync_history"(NULL);
