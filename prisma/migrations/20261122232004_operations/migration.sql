-- CreateEnum
CREATE TYPE "admin_operation_kind" AS ENUM ('MIGRATION', 'PARITY', 'DRIFT', 'BACKUP_DRILL', 'BLOB_FALLBACK', 'RELEASE_GATE', 'REFRESH', 'EXPORT', 'IMPORT', 'ROLLBACK', 'METRICS');

-- CreateEnum
CREATE TYPE "admin_check_status" AS ENUM ('PASS', 'WARN', 'FAIL', 'SKIPPED');

-- CreateEnum
CREATE TYPE "admin_role" AS ENUM ('PUBLIC', 'EDITOR', 'OPERATOR', 'ADMIN');

-- AlterTable
ALTER TABLE "admin_migrations" ADD COLUMN     "run_id" UUID;

-- CreateTable
CREATE TABLE "admin_ledger_head" (
    "id" SMALLINT NOT NULL DEFAULT 1,
    "entries" BIGINT NOT NULL DEFAULT 0,
    "hash" TEXT,

    CONSTRAINT "admin_ledger_head_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "admin_runs" (
    "id" UUID NOT NULL,
    "kind" "admin_operation_kind" NOT NULL,
    "name" TEXT NOT NULL,
    "mode" "admin_operation_mode" NOT NULL,
    "status" "kb_run_status" NOT NULL,
    "outcome" "admin_check_status",
    "actor" TEXT NOT NULL,
    "git_commit" TEXT,
    "parameters" JSONB NOT NULL DEFAULT '{}',
    "started_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(6),
    "summary" JSONB,
    "log" JSONB NOT NULL DEFAULT '[]',
    "owner" TEXT NOT NULL,
    "heartbeat_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "cancel_requested" BOOLEAN NOT NULL DEFAULT false,
    "position" BIGINT,
    "previous_hash" TEXT,
    "hash" TEXT NOT NULL,

    CONSTRAINT "admin_runs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "admin_sessions" (
    "token_hash" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "role" "admin_role" NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "admin_sessions_pkey" PRIMARY KEY ("token_hash")
);

-- CreateTable
CREATE TABLE "admin_environment" (
    "id" SMALLINT NOT NULL DEFAULT 1,
    "name" TEXT NOT NULL,
    "marked_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "marked_by" TEXT NOT NULL,

    CONSTRAINT "admin_environment_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "admin_runs_position_key" ON "admin_runs"("position");

-- CreateIndex
CREATE INDEX "admin_runs_kind_started_at_idx" ON "admin_runs"("kind", "started_at");

-- CreateIndex
CREATE INDEX "admin_runs_status_idx" ON "admin_runs"("status");

-- CreateIndex
CREATE INDEX "admin_sessions_expires_at_idx" ON "admin_sessions"("expires_at");

-- What Prisma cannot express.

INSERT INTO "admin_ledger_head" ("id", "entries", "hash")
  SELECT 1, count(*), (SELECT "hash" FROM "admin_migrations" ORDER BY "id" DESC LIMIT 1) FROM "admin_migrations";

ALTER TABLE "admin_ledger_head"
  ADD CONSTRAINT "admin_ledger_head_id_check" CHECK ("id" = 1),
  ADD CONSTRAINT "admin_ledger_head_entries_check" CHECK ("entries" >= 0),
  ADD CONSTRAINT "admin_ledger_head_hash_check" CHECK ("hash" ~ '^[0-9a-f]{64}$');

ALTER TABLE "admin_runs"
  ADD CONSTRAINT "admin_runs_parameters_check" CHECK (jsonb_typeof("parameters") = 'object'),
  ADD CONSTRAINT "admin_runs_summary_check" CHECK (jsonb_typeof("summary") = 'object'),
  ADD CONSTRAINT "admin_runs_log_check" CHECK (jsonb_typeof("log") = 'array'),
  ADD CONSTRAINT "admin_runs_position_check" CHECK ("position" >= 1),
  ADD CONSTRAINT "admin_runs_previous_hash_check" CHECK ("previous_hash" ~ '^[0-9a-f]{64}$'),
  ADD CONSTRAINT "admin_runs_hash_check" CHECK ("hash" ~ '^[0-9a-f]{64}$');

ALTER TABLE "admin_sessions"
  ADD CONSTRAINT "admin_sessions_token_hash_check" CHECK ("token_hash" ~ '^[0-9a-f]{64}$');

ALTER TABLE "admin_environment"
  ADD CONSTRAINT "admin_environment_id_check" CHECK ("id" = 1),
  ADD CONSTRAINT "admin_environment_name_check" CHECK ("name" IN ('production', 'preview', 'development', 'fixture'));

-- Whoever changes content by hand leaves its hash behind, and with it the graph's hash, every entity tag and the next
-- backfill, which writes only what differs. Such a row gets a hash of its own, made of what it now says.

CREATE FUNCTION "public"."kb_entities_rehash"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.content_hash := encode(sha256(convert_to(jsonb_build_array(NEW.slug, NEW.kind_key, NEW.domain_key, NEW.title,
    NEW.summary, NEW.url, NEW.status, NEW.attributes, NEW.position_x, NEW.position_y, NEW.weight)::text, 'UTF8')), 'hex');
  RETURN NEW;
END
$$;
CREATE TRIGGER "kb_entities_rehash" BEFORE UPDATE ON "kb_entities" FOR EACH ROW
  WHEN (NEW.content_hash = OLD.content_hash AND
    (NEW.slug, NEW.kind_key, NEW.domain_key, NEW.title, NEW.summary, NEW.url, NEW.status, NEW.attributes,
      NEW.position_x, NEW.position_y, NEW.weight)
    IS DISTINCT FROM
    (OLD.slug, OLD.kind_key, OLD.domain_key, OLD.title, OLD.summary, OLD.url, OLD.status, OLD.attributes,
      OLD.position_x, OLD.position_y, OLD.weight))
  EXECUTE FUNCTION "public"."kb_entities_rehash"();

CREATE FUNCTION "public"."kb_edges_rehash"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.content_hash := encode(sha256(convert_to(jsonb_build_array(NEW.relation_key, NEW.source_slug, NEW.target_slug,
    NEW.label, NEW.weight, NEW.attributes)::text, 'UTF8')), 'hex');
  RETURN NEW;
END
$$;
CREATE TRIGGER "kb_edges_rehash" BEFORE UPDATE ON "kb_edges" FOR EACH ROW
  WHEN (NEW.content_hash = OLD.content_hash AND
    (NEW.relation_key, NEW.source_slug, NEW.target_slug, NEW.label, NEW.weight, NEW.attributes)
    IS DISTINCT FROM
    (OLD.relation_key, OLD.source_slug, OLD.target_slug, OLD.label, OLD.weight, OLD.attributes))
  EXECUTE FUNCTION "public"."kb_edges_rehash"();
