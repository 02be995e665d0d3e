-- AlterEnum
ALTER TYPE "admin_operation_kind" ADD VALUE 'REDACTION';

-- AlterTable
ALTER TABLE "kb_changes" ADD COLUMN     "redacted_at" TIMESTAMPTZ(6);

-- CreateIndex
CREATE INDEX "kb_changes_run_id_idx" ON "kb_changes"("run_id");

-- CreateIndex
CREATE INDEX "kb_media_derivatives_url_idx" ON "kb_media_derivatives"("url");

-- CreateIndex
CREATE INDEX "kb_media_objects_url_idx" ON "kb_media_objects"("url");

-- What Prisma cannot express.

-- A redacted change keeps its place in the feed and has no state.
ALTER TABLE "kb_changes"
  DROP CONSTRAINT "kb_changes_state_check",
  ADD CONSTRAINT "kb_changes_state_check"
    CHECK (CASE WHEN "operation" = 'REMOVED' OR "redacted_at" IS NOT NULL THEN "state" IS NULL
      ELSE coalesce(jsonb_typeof("state") = 'object', false) END);
