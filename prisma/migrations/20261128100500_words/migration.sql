-- Written by hand: Prisma knows no functions.

-- One definition of words for PostgreSQL and for the graph in memory. `src/domain/fold.ts` is the same as `kb_fold`, step for
-- step, and `src/domain/between-words.ts` has the same ranges as `kb_spaced`; `test/readers/fold.test.ts` compares them over all
-- of Unicode. Nothing here depends on the database's locale: of a collation that is used, only the lower case of letters.

-- Capitals that older versions of ICU do not know: Georgian, Vithkuqi, Garay and others, and some of Latin.
CREATE FUNCTION "public"."kb_newer_capitals"("lowered" text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN CASE
    WHEN "lowered" COLLATE "C" !~ '[Ᲊ-ᲿⰯꞸ-Ꟶ𐕰-𖺸]' THEN "lowered"
    ELSE translate("lowered",
      U&'\1c89\1c90\1c91\1c92\1c93\1c94\1c95\1c96\1c97\1c98\1c99\1c9a\1c9b\1c9c\1c9d\1c9e\1c9f\1ca0\1ca1\1ca2\1ca3\1ca4\1ca5\1ca6\1ca7\1ca8\1ca9\1caa\1cab\1cac\1cad\1cae\1caf\1cb0\1cb1\1cb2\1cb3\1cb4\1cb5\1cb6\1cb7\1cb8\1cb9\1cba\1cbd\1cbe\1cbf\2c2f\a7b8\a7ba\a7bc\a7be\a7c0\a7c2\a7c4\a7c5\a7c6\a7c7\a7c9\a7cb\a7cc\a7ce\a7d0\a7d2\a7d4\a7d6\a7d8\a7da\a7dc\a7f5\+010570\+010571\+010572\+010573\+010574\+010575\+010576\+010577\+010578\+010579\+01057a\+01057c\+01057d\+01057e\+01057f\+010580\+010581\+010582\+010583\+010584\+010585\+010586\+010587\+010588\+010589\+01058a\+01058c\+01058d\+01058e\+01058f\+010590\+010591\+010592\+010594\+010595\+010d50\+010d51\+010d52\+010d53\+010d54\+010d55\+010d56\+010d57\+010d58\+010d59\+010d5a\+010d5b\+010d5c\+010d5d\+010d5e\+010d5f\+010d60\+010d61\+010d62\+010d63\+010d64\+010d65\+016e40\+016e41\+016e42\+016e43\+016e44\+016e45\+016e46\+016e47\+016e48\+016e49\+016e4a\+016e4b\+016e4c\+016e4d\+016e4e\+016e4f\+016e50\+016e51\+016e52\+016e53\+016e54\+016e55\+016e56\+016e57\+016e58\+016e59\+016e5a\+016e5b\+016e5c\+016e5d\+016e5e\+016e5f\+016ea0\+016ea1\+016ea2\+016ea3\+016ea4\+016ea5\+016ea6\+016ea7\+016ea8\+016ea9\+016eaa\+016eab\+016eac\+016ead\+016eae\+016eaf\+016eb0\+016eb1\+016eb2\+016eb3\+016eb4\+016eb5\+016eb6\+016eb7\+016eb8',
      U&'\1c8a\10d0\10d1\10d2\10d3\10d4\10d5\10d6\10d7\10d8\10d9\10da\10db\10dc\10dd\10de\10df\10e0\10e1\10e2\10e3\10e4\10e5\10e6\10e7\10e8\10e9\10ea\10eb\10ec\10ed\10ee\10ef\10f0\10f1\10f2\10f3\10f4\10f5\10f6\10f7\10f8\10f9\10fa\10fd\10fe\10ff\2c5f\a7b9\a7bb\a7bd\a7bf\a7c1\a7c3\a794\0282\1d8e\a7c8\a7ca\0264\a7cd\a7cf\a7d1\a7d3\a7d5\a7d7\a7d9\a7db\019b\a7f6\+010597\+010598\+010599\+01059a\+01059b\+01059c\+01059d\+01059e\+01059f\+0105a0\+0105a1\+0105a3\+0105a4\+0105a5\+0105a6\+0105a7\+0105a8\+0105a9\+0105aa\+0105ab\+0105ac\+0105ad\+0105ae\+0105af\+0105b0\+0105b1\+0105b3\+0105b4\+0105b5\+0105b6\+0105b7\+0105b8\+0105b9\+0105bb\+0105bc\+010d70\+010d71\+010d72\+010d73\+010d74\+010d75\+010d76\+010d77\+010d78\+010d79\+010d7a\+010d7b\+010d7c\+010d7d\+010d7e\+010d7f\+010d80\+010d81\+010d82\+010d83\+010d84\+010d85\+016e60\+016e61\+016e62\+016e63\+016e64\+016e65\+016e66\+016e67\+016e68\+016e69\+016e6a\+016e6b\+016e6c\+016e6d\+016e6e\+016e6f\+016e70\+016e71\+016e72\+016e73\+016e74\+016e75\+016e76\+016e77\+016e78\+016e79\+016e7a\+016e7b\+016e7c\+016e7d\+016e7e\+016e7f\+016ebb\+016ebc\+016ebd\+016ebe\+016ebf\+016ec0\+016ec1\+016ec2\+016ec3\+016ec4\+016ec5\+016ec6\+016ec7\+016ec8\+016ec9\+016eca\+016ecb\+016ecc\+016ecd\+016ece\+016ecf\+016ed0\+016ed1\+016ed2\+016ed3')
  END;

-- Letters and signs that Unicode does not decompose.
CREATE FUNCTION "public"."kb_plain_signs"("lowered" text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN CASE
    WHEN "lowered" COLLATE "C" !~ '[ςⱥƀɓƃƈȼđðɖɗƌɇɛƒǥɠħⱨıɨɩɉȷƙⱪłƚɫⱡŋɲƞøƥᵽɍɽȿŧƫƭʈⱦʉʋƴɏƶȥⱬɀё‘’‚‛′ʹʻʼʽˈ“”„‟«»‹›〝〞‐‒–—―−⁄∕ßæœþ]' THEN "lowered"
    ELSE replace(replace(replace(replace(translate("lowered",
      'ςⱥƀɓƃƈȼđðɖɗƌɇɛƒǥɠħⱨıɨɩɉȷƙⱪłƚɫⱡŋɲƞøƥᵽɍɽȿŧƫƭʈⱦʉʋƴɏƶȥⱬɀё‘’‚‛′ʹʻʼʽˈ“”„‟«»‹›〝〞‐‒–—―−⁄∕',
      'σabbbccdddddeefgghhiiijjkkllllnnnopprrstttttuvyyzzzzе''''''''''''''''''''""""""""""------//'),
      'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th')
  END;

CREATE OR REPLACE FUNCTION "public"."kb_fold"("value" text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  -- ASCII, which is most of what there is, has nothing to normalise.
  RETURN CASE
    WHEN octet_length("value") = length("value") THEN lower("value" COLLATE "C")
    ELSE "public"."kb_plain_signs"("public"."kb_newer_capitals"(
      lower(
        -- Accents that are left after composing belong to no letter of its own: the stress on а́.
        regexp_replace(
          normalize(
            -- Accents on Latin and Greek letters, and on no letter.
            regexp_replace(
              normalize(
                -- Soft hyphens, joiners, marks of direction, selectors of a variant.
                regexp_replace("value" COLLATE "C",
                  '[\u00ad\u200c-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]', '', 'g'),
                NFKD),
              '(^|[\u0001-\u02ff\u0370-\u03ff\u1d00-\u2bff\u2c60-\u2c7f\ua722-\ua7ff\uab30-\uab6f])[\u0300-\u036f]+',
              '\1', 'g'),
            NFC),
          '[\u0300-\u036f]+', '', 'g')
        COLLATE "und-x-icu") COLLATE "C"))
  END;

-- The words of a folded text, with one space between them.
CREATE FUNCTION "public"."kb_spaced"("folded" text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN btrim(CASE
    WHEN octet_length("folded") = length("folded") THEN regexp_replace("folded" COLLATE "C", '[^a-z0-9]+', ' ', 'g')
    ELSE regexp_replace("folded" COLLATE "C",
      '[\u0000-\u002f\u003a-\u0060\u007b-\u00bf\u00d7\u00f7\u02c2-\u02c5\u02d2-\u02eb\u02ed\u02ef-\u02ff\u0375\u03f6\u0482\u055a-\u055f\u0589-\u058f\u05be\u05c0\u05c3\u05c6\u05f3-\u060f\u061b-\u061f\u066a-\u066d\u06d4\u06dd-\u06de\u06e9\u06fd-\u06fe\u0700-\u070f\u07f6-\u07f9\u07fe-\u07ff\u0830-\u083e\u085e\u0888\u0890-\u0891\u08e2\u0964-\u0965\u0970\u09f2-\u09f3\u09fa-\u09fb\u09fd\u0a76\u0af0-\u0af1\u0b70\u0bf3-\u0bfa\u0c77\u0c7f\u0c84\u0d4f\u0d79\u0df4\u0e3f\u0e4f\u0e5a-\u0e5b\u0f01-\u0f17\u0f1a-\u0f1f\u0f34\u0f36\u0f38\u0f3a-\u0f3d\u0f85\u0fbe-\u0fc5\u0fc7-\u0fda\u104a-\u104f\u109e-\u109f\u10fb\u1360-\u1368\u1390-\u1399\u1400\u166d-\u166e\u1680\u169b-\u169c\u16eb-\u16ed\u1735-\u1736\u17d4-\u17d6\u17d8-\u17db\u1800-\u180a\u180e\u1940-\u1945\u19de-\u19ff\u1a1e-\u1a1f\u1aa0-\u1aa6\u1aa8-\u1aad\u1b4e-\u1b4f\u1b5a-\u1b6a\u1b74-\u1b7f\u1bfc-\u1bff\u1c3b-\u1c3f\u1c7e-\u1c7f\u1cc0-\u1cc7\u1cd3\u200b-\u20c1\u2104-\u212e\u213a-\u214d\u214f\u218a-\u244a\u2500-\u2775\u2794-\u2bff\u2ce5-\u2cea\u2cf9-\u2cfc\u2cfe-\u2cff\u2d70\u2e00-\u2e2e\u2e30-\u3004\u3008-\u3020\u3030\u3037\u303d-\u303f\u30a0\u30fb\u3190-\u3191\u31c0-\u31ef\u327f\u4dc0-\u4dff\ua490-\ua4c6\ua4fe-\ua4ff\ua60d-\ua60f\ua673\ua67e\ua6f2-\ua716\ua720-\ua721\ua789-\ua78a\ua828-\ua82b\ua836-\ua839\ua874-\ua877\ua8ce-\ua8cf\ua8f8-\ua8fa\ua8fc\ua92e-\ua92f\ua95f\ua9c1-\ua9cd\ua9de-\ua9df\uaa5c-\uaa5f\uaa77-\uaa79\uaade-\uaadf\uaaf0-\uaaf1\uab5b\uab6a-\uab6b\uabeb\ufbb2-\ufdff\ufe45-\ufe46\ufeff-\ufffd\U00010100-\U00010102\U00010137-\U0001013f\U00010179-\U00010189\U0001018c-\U000101fc\U0001039f\U000103d0\U0001056f\U00010857\U00010877-\U00010878\U0001091f\U0001093f\U00010a50-\U00010a58\U00010a7f\U00010ac8\U00010af0-\U00010af6\U00010b39-\U00010b3f\U00010b99-\U00010b9c\U00010d6e\U00010d8e-\U00010d8f\U00010ead\U00010ed0-\U00010ed8\U00010f55-\U00010f59\U00010f86-\U00010f89\U00011047-\U0001104d\U000110bb-\U000110c1\U000110cd\U00011140-\U00011143\U00011174-\U00011175\U000111c5-\U000111c8\U000111cd\U000111db\U000111dd-\U000111df\U00011238-\U0001123d\U000112a9\U000113d4-\U000113d8\U0001144b-\U0001144f\U0001145a-\U0001145d\U000114c6\U000115c1-\U000115d7\U00011641-\U00011643\U00011660-\U0001166c\U000116b9\U0001173c-\U0001173f\U0001183b\U00011944-\U00011946\U000119e2\U00011a3f-\U00011a46\U00011a9a-\U00011a9c\U00011a9e-\U00011aa2\U00011b00-\U00011b09\U00011be1\U00011c41-\U00011c45\U00011c70-\U00011c71\U00011ef7-\U00011ef8\U00011f43-\U00011f4f\U00011fd5-\U00011fff\U00012470-\U00012474\U00012ff1-\U00012ff2\U00013430-\U0001343f\U00016a6e-\U00016a6f\U00016af5\U00016b37-\U00016b3f\U00016b44-\U00016b45\U00016d6d-\U00016d6f\U00016e97-\U00016e9a\U00016fe2\U0001bc9c\U0001bc9f-\U0001cef0\U0001cf50-\U0001d15d\U0001d16a-\U0001d16c\U0001d173-\U0001d17a\U0001d183-\U0001d184\U0001d18c-\U0001d1a9\U0001d1ae-\U0001d241\U0001d245\U0001d300-\U0001d356\U0001d800-\U0001d9ff\U0001da37-\U0001da3a\U0001da6d-\U0001da74\U0001da76-\U0001da83\U0001da85-\U0001da8b\U0001e14f\U0001e2ff\U0001e5ff\U0001e95e-\U0001e95f\U0001ecac\U0001ecb0\U0001ed2e\U0001eef0-\U0001f0f5\U0001f10d-\U0001fbfa\U000e0001-\U000e007f]+',
      ' ', 'g')
  END);

-- The words of a spaced text as PostgreSQL's parser would give them if it knew letters of other scripts in every locale:
-- English words without their inflection, stop words left out, others as they are.
CREATE FUNCTION "public"."kb_other_lexemes"("spaced" text) RETURNS tsvector
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN (
    SELECT coalesce(string_agg('''' || "lexeme" || ''':' || least("place", 16383), ' '), '')::tsvector
    FROM (
      SELECT "place", CASE WHEN "word" COLLATE "C" ~ '^[a-z]+$'
        THEN (ts_lexize('pg_catalog.english_stem'::regdictionary, "word"))[1] ELSE "word" END AS "lexeme"
      FROM string_to_table("spaced", ' ') WITH ORDINALITY AS "words"("word", "place")
    ) AS "found"
    WHERE "lexeme" <> '' AND octet_length("lexeme") <= 2046
  );

-- The lexemes of a folded text, each at its place among the words. PostgreSQL's parser sees only runs of small letters and digits
-- of ASCII, of which it makes one token each: no files, no hosts. It would cut a word behind an exponent, 1e5 in 1e5x.
CREATE FUNCTION "public"."kb_lexemes"("folded" text) RETURNS tsvector
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN CASE
    WHEN octet_length("folded") = length("folded") AND "folded" COLLATE "C" !~ '[0-9]e[0-9]'
      THEN to_tsvector('public.kb_text'::regconfig, regexp_replace("folded" COLLATE "C", '[^a-z0-9]+', ' ', 'g'))
    ELSE "public"."kb_other_lexemes"("public"."kb_spaced"("folded"))
  END;

-- A tsvector holds a megabyte at most; the first sixty thousand characters of a field are searched.
CREATE OR REPLACE FUNCTION "public"."kb_words"("value" text, "weight" "char") RETURNS tsvector
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN setweight("public"."kb_lexemes"(left("public"."kb_fold"(coalesce("value", '')), 60000)), "weight");

CREATE OR REPLACE FUNCTION "public"."kb_json_words"("value" jsonb, "weight" "char") RETURNS tsvector
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN "public"."kb_words"("public"."kb_json_strings"("value"), "weight");

-- Words in a row as the text of a query, with the distance where stop words stand between them; null for stop words alone.
CREATE FUNCTION "public"."kb_phrase"("value" text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN (
    SELECT string_agg(coalesce(' <' || ("place" - "before") || '> ', '') || '''' || "lexeme" || '''', '' ORDER BY "place")
    FROM (
      SELECT "lexeme", "place", lag("place") OVER (ORDER BY "place") AS "before"
      FROM unnest("public"."kb_lexemes"("public"."kb_fold"("value"))) AS "found"("lexeme", "places", "weights"),
        unnest("places") AS "place"
    ) AS "lexemes"
  );

-- A query of alternatives, of which one must hold: [[{"text": "new york", "excluded": false}, …], …].
CREATE FUNCTION "public"."kb_word_query"("alternatives" jsonb) RETURNS tsquery
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN (
    SELECT coalesce(string_agg('(' || "conditions" || ')', ' | '), '')::tsquery
    FROM (
      SELECT (
        SELECT string_agg(CASE WHEN ("term"->>'excluded')::boolean THEN '!' ELSE '' END || '(' || "phrase" || ')', ' & ')
        FROM jsonb_array_elements("alternative") AS "terms"("term"), "public"."kb_phrase"("term"->>'text') AS "phrase"
      ) AS "conditions"
      FROM jsonb_array_elements("alternatives") AS "each"("alternative")
    ) AS "all"
  );

-- What is derived of rows that are there. Their content, its hash and their revision are as they were, so none of their other
-- triggers has anything to do; what is kept elsewhere of the graph moves with its version.
ALTER TABLE "kb_entities" DISABLE TRIGGER USER;
UPDATE "kb_entities" AS "e" SET "title_key" = "n"."title_key", "search_vector" = "n"."search_vector"
FROM (
  SELECT "id", left("public"."kb_fold"("title"), 500) AS "title_key",
    "public"."kb_words"("title", 'A') || "public"."kb_words"("public"."kb_slug_words"("slug"), 'B') ||
      "public"."kb_words"("summary", 'C') || "public"."kb_json_words"("attributes", 'D') AS "search_vector"
  FROM "kb_entities" OFFSET 0
) AS "n"
WHERE "n"."id" = "e"."id"
  AND ("e"."title_key", "e"."search_vector") IS DISTINCT FROM ("n"."title_key", "n"."search_vector");
ALTER TABLE "kb_entities" ENABLE TRIGGER USER;

ALTER TABLE "kb_media_objects" DISABLE TRIGGER USER;
UPDATE "kb_media_objects" SET "search_vector" =
  "public"."kb_words"("alt", 'A') || "public"."kb_words"("public"."kb_slug_words"("key"), 'B') ||
  "public"."kb_words"("caption", 'C') || "public"."kb_words"("credit", 'D');
ALTER TABLE "kb_media_objects" ENABLE TRIGGER USER;

ALTER TABLE "kb_workflows" DISABLE TRIGGER USER;
UPDATE "kb_workflows" SET "search_vector" =
  "public"."kb_words"("title", 'A') || "public"."kb_words"("public"."kb_slug_words"("slug"), 'B') ||
  "public"."kb_words"("summary", 'C');
ALTER TABLE "kb_workflows" ENABLE TRIGGER USER;

UPDATE "kb_graph_version" SET "version" = "version" + 1,
  "changed_at" = greatest(clock_timestamp(), "changed_at" + interval '1 microsecond');
