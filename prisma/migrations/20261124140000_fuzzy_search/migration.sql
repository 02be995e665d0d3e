-- Written by hand: what Prisma cannot express ────────────────────────────────────────────────────────────────────

-- pg_trgm asks the database's own locale what a letter is: in a "C" database, nothing beyond ASCII is one. Here every script
-- is written in letters and digits of ASCII, so that near words are near in any database. An alphabet's letters lie side by
-- side, so their code points modulo 36 differ; Chinese, Japanese and Korean, where a character is a syllable or a word, take
-- three signs each.
CREATE FUNCTION "public"."kb_trigram_signs"("folded" text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN (
    SELECT string_agg(
      CASE
        WHEN ascii("sign") < 128 THEN "sign"
        WHEN ascii("sign") < 11904 THEN substr('0123456789abcdefghijklmnopqrstuvwxyz', ascii("sign") % 36 + 1, 1)
        ELSE substr('0123456789abcdefghijklmnopqrstuvwxyz', ascii("sign") / 1296 % 36 + 1, 1)
          || substr('0123456789abcdefghijklmnopqrstuvwxyz', ascii("sign") / 36 % 36 + 1, 1)
          || substr('0123456789abcdefghijklmnopqrstuvwxyz', ascii("sign") % 36 + 1, 1)
      END, '' ORDER BY "place")
    FROM string_to_table(regexp_replace("folded" COLLATE "und-x-icu", '[[:punct:][:space:]]+', ' ', 'g'), NULL)
      WITH ORDINALITY AS "signs"("sign", "place")
  );

-- A function of its own, which the planner inlines: what is ASCII already costs nothing.
CREATE FUNCTION "public"."kb_trigram_text"("folded" text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN CASE WHEN octet_length("folded") = length("folded") THEN "folded"
    ELSE "public"."kb_trigram_signs"("folded") END;

-- The index of title_key answers for the titles in ASCII; this one for the others.
CREATE INDEX "kb_entities_trigram_text_idx" ON "kb_entities"
  USING GIN ("public"."kb_trigram_text"("title_key") "public".gin_trgm_ops)
  WHERE octet_length("title_key") <> length("title_key");
