/**
 * What PostGraphile cannot say by itself is said as its documentation recommends, by functions in the database, in the
 * language SQL and STABLE, so that PostgreSQL inlines them: a computed column for the out-degree, and two functions that
 * return entities, for a kind with a tag and for a search. They mean what our fields mean, drafts left out, and are made in
 * the bench's database alone.
 */
export const postgraphileFunctions: readonly string[] = [
  `CREATE OR REPLACE FUNCTION public.kb_entities_out_degree(e public.kb_entities) RETURNS integer
    LANGUAGE sql STABLE AS $$
      SELECT ((SELECT count(*) FROM public.kb_edges d JOIN public.kb_entities o ON o.slug = d.target_slug AND o.status = 'PUBLISHED'
            WHERE d.source_slug = e.slug)
        + (SELECT count(*) FROM public.kb_edges d JOIN public.kb_entities o ON o.slug = d.source_slug AND o.status = 'PUBLISHED'
            WHERE d.target_slug = e.slug AND d.relation_key = ANY (ARRAY(SELECT key FROM public.kb_relations WHERE is_symmetric))
            AND d.source_slug <> d.target_slug))::integer
    $$`,
  `CREATE OR REPLACE FUNCTION public.bench_entities_of_kind(kind text, tagged text) RETURNS SETOF public.kb_entities
    LANGUAGE sql STABLE AS $$
      SELECT e.* FROM public.kb_entities e
      WHERE e.kind_key = kind AND e.status = 'PUBLISHED'
        AND EXISTS (SELECT FROM public.kb_entity_tags g WHERE g.entity_id = e.id AND g.tag = tagged)
      ORDER BY e.slug
    $$`,
  `CREATE OR REPLACE FUNCTION public.bench_search_entities(words text) RETURNS SETOF public.kb_entities
    LANGUAGE sql STABLE AS $$
      SELECT e.* FROM public.kb_entities e,
        (SELECT websearch_to_tsquery('public.kb_text', public.kb_fold(words)) AS query) q
      WHERE e.search_vector @@ q.query AND e.status = 'PUBLISHED'
      ORDER BY ts_rank_cd(e.search_vector, q.query, 1) DESC, e.slug
    $$`,
  `CREATE OR REPLACE FUNCTION public.kb_entities_bench_ancestors(x public.kb_entities) RETURNS TABLE (entity_id uuid, slug text, title text, depth integer)
    LANGUAGE sql STABLE AS $$
      WITH RECURSIVE walk(slug, depth) AS (
        SELECT x.slug, 0
        UNION
        SELECT e.target_slug, w.depth + 1
        FROM walk w JOIN public.kb_edges e ON e.source_slug = w.slug AND e.relation_key IN ('hypernym', 'instance_hypernym')
        JOIN public.kb_entities t ON t.slug = e.target_slug AND t.status = 'PUBLISHED'
        WHERE w.depth < 8
      )
      SELECT n.id, n.slug::text, n.title, f.depth
      FROM (SELECT w.slug, min(w.depth) AS depth FROM walk w WHERE w.slug <> x.slug GROUP BY w.slug ORDER BY 2, 1 LIMIT 100) f
      JOIN public.kb_entities n ON n.slug = f.slug
      ORDER BY f.depth, f.slug
    $$`,
]
