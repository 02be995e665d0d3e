-- Looks at an environment and counts of rows were recorded as METRICS. Old rows stay so: they are hashed.
-- AlterEnum
ALTER TYPE "public"."admin_operation_kind" ADD VALUE 'ENVIRONMENT';
ALTER TYPE "public"."admin_operation_kind" ADD VALUE 'COUNTS';

-- Written by hand. A server of the build before reads and writes all that it did; only an operator who asks it for the ledger gets
-- an error where a newer build has recorded a run of one of these kinds.
CREATE OR REPLACE FUNCTION "public"."kb_schema_compatibility"() RETURNS text[]
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN ARRAY['20261128134500_compatibility', '20261128171000_run_kinds'];
