-- Written by hand: Prisma knows no functions.

-- Which builds can go on with this schema: those that know the first migration named here, as long as no migration after the
-- second one is applied. Each migration says so of itself, by replacing this function: with its own name in the second place
-- where a server of the build before loses nothing by it, else in both. One that says nothing is taken for the latter.
CREATE FUNCTION "public"."kb_schema_compatibility"() RETURNS text[]
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN ARRAY['20261128134500_compatibility', '20261128134500_compatibility'];
