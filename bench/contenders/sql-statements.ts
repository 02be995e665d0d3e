import type { QueryName } from '../queries.ts'
import type { Sample } from '../samples.ts'

export interface SqlStatement {
  readonly text: string
  readonly values: (sample: Sample) => string[]
}

// base64 of `Entity:` and a uuid is base64url but for the padding: ASCII letters, digits, `-` and `:` make no + or /.
const globalId = (alias: string) =>
  `rtrim(encode(convert_to('Entity:' || ${alias}.id, 'UTF8'), 'base64'), '=')`
const entityScalars = (e: string) =>
  `'id', ${globalId(e)}, 'slug', ${e}.slug, 'kind', json_build_object('key', ${e}.kind_key), 'title', ${e}.title, 'summary', ${e}.summary`
const tags = (e: string) =>
  `(SELECT coalesce(json_agg(g.tag ORDER BY g.tag), '[]') FROM kb_entity_tags g WHERE g.entity_id = ${e}.id)`
const symmetric = `ANY (ARRAY(SELECT key FROM kb_relations WHERE is_symmetric))`

/**
 * The first 20 edges out of an entity, edges of symmetric relations that are stored from their other end among them.
 *
 * @param more members of the target's object beside `title`, over the alias of the edge
 */
function edgesOut(slug: string, edge: string, more = ''): string {
  const branch = (near: string, far: string, way: number, conditions: string) => `
    (SELECT e.relation_key, e.target_slug, t.title, e.${far} AS far, ${way} AS way
     FROM kb_edges e JOIN kb_entities f ON f.slug = e.${far} AND f.status = 'PUBLISHED' JOIN kb_entities t ON t.slug = e.target_slug
     WHERE e.${near} = ${slug} ${conditions} ORDER BY e.relation_key, e.${far} LIMIT 20)`
  return `(SELECT json_build_object('nodes', coalesce(json_agg(json_build_object(
      'relation', json_build_object('key', ${edge}.relation_key),
      'target', json_build_object('title', ${edge}.title${more})
    ) ORDER BY ${edge}.relation_key, ${edge}.far, ${edge}.way), '[]'))
    FROM (SELECT * FROM (
      ${branch('source_slug', 'target_slug', 0, '')}
      UNION ALL
      ${branch('target_slug', 'source_slug', 1, `AND e.relation_key = ${symmetric} AND e.source_slug <> e.target_slug`)}
    ) u ORDER BY u.relation_key, u.far, u.way LIMIT 20) ${edge})`
}

const degree = `(SELECT count(*) FROM kb_edges d JOIN kb_entities f ON f.slug = d.target_slug AND f.status = 'PUBLISHED' WHERE d.source_slug = p.slug)
  + (SELECT count(*) FROM kb_edges d JOIN kb_entities f ON f.slug = d.source_slug AND f.status = 'PUBLISHED'
     WHERE d.target_slug = p.slug AND d.relation_key = ${symmetric} AND d.source_slug <> d.target_slug)`

const entityBySlug = (members: string) =>
  `SELECT json_build_object('data', json_build_object('entity', (
     SELECT json_build_object(${members}) FROM kb_entities x WHERE x.slug = $1 AND x.status = 'PUBLISHED')))::text AS body`

/** One statement a canonical query; its column `body` is the text of the answer. */
export const sqlStatements: Readonly<Record<QueryName, SqlStatement>> = {
  Q1: { text: entityBySlug(entityScalars('x')), values: ({ s }) => [s!] },
  Q2: {
    text: entityBySlug(`${entityScalars('x')}, 'tags', ${tags('x')}, 'edges', ${edgesOut('x.slug', 'o')}`),
    values: ({ s }) => [s!],
  },
  Q3: {
    text: `SELECT json_build_object('data', json_build_object('entities', json_build_object('nodes', coalesce(json_agg(
        json_build_object('id', ${globalId('p')}, 'slug', p.slug, 'title', p.title, 'tags', ${tags('p')}, 'degree', ${degree})
        ORDER BY p.slug), '[]'))))::text AS body
      FROM (SELECT e.id, e.slug, e.title FROM kb_entities e WHERE e.kind_key = $1 AND e.status = 'PUBLISHED'
        AND EXISTS (SELECT FROM kb_entity_tags g WHERE g.entity_id = e.id AND g.tag = $2) ORDER BY e.slug LIMIT 50) p`,
    values: ({ k, t }) => [k!, t!],
  },
  Q4: {
    text: entityBySlug(
      `'id', ${globalId('x')}, 'title', x.title, 'edges', ${edgesOut('x.slug', 'o', `, 'edges', ${edgesOut('o.target_slug', 'i')}`)}`,
    ),
    values: ({ s }) => [s!],
  },
  Q5: {
    text: `SELECT json_build_object('data', json_build_object('entities', json_build_object(
        'edges', coalesce(json_agg(json_build_object('cursor', p.slug, 'node', json_build_object(${entityScalars('p')})) ORDER BY p.slug)
          FILTER (WHERE p.n <= 50), '[]'),
        'pageInfo', json_build_object('hasNextPage', count(*) > 50, 'endCursor', max(p.slug) FILTER (WHERE p.n <= 50)))))::text AS body
      FROM (SELECT e.id, e.slug, e.kind_key, e.title, e.summary, row_number() OVER (ORDER BY e.slug) AS n
        FROM kb_entities e WHERE e.status = 'PUBLISHED' AND e.slug > $1 ORDER BY e.slug LIMIT 51) p`,
    values: ({ c }) => [c!],
  },
  Q6: {
    text: `SELECT json_build_object('data', json_build_object('search', json_build_object('edges', coalesce(json_agg(
        json_build_object('node', json_build_object('id', ${globalId('p')}, 'slug', p.slug, 'title', p.title, 'summary', p.summary))
        ORDER BY p.score DESC, p.slug), '[]'))))::text AS body
      FROM (SELECT e.id, e.slug, e.title, e.summary, ts_rank_cd(e.search_vector, q.query, 1) AS score
        FROM kb_entities e, (SELECT websearch_to_tsquery('public.kb_text', kb_fold($1)) AS query) q
        WHERE e.search_vector @@ q.query AND e.status = 'PUBLISHED' ORDER BY score DESC, e.slug LIMIT 20) p`,
    values: ({ q }) => [q!],
  },
  Q8: {
    // Each entity once, at its least depth; a walk goes through what is published alone.
    text: `SELECT json_build_object('data', json_build_object('entity', (SELECT json_build_object('reachable', json_build_object('edges', (
        WITH RECURSIVE walk(slug, depth) AS (
          SELECT x.slug, 0
          UNION
          SELECT e.target_slug, w.depth + 1
          FROM walk w JOIN kb_edges e ON e.source_slug = w.slug AND e.relation_key IN ('hypernym', 'instance_hypernym')
          JOIN kb_entities t ON t.slug = e.target_slug AND t.status = 'PUBLISHED'
          WHERE w.depth < 8
        )
        SELECT coalesce(json_agg(json_build_object('depth', f.depth, 'node',
          json_build_object('id', ${globalId('n')}, 'slug', n.slug, 'title', n.title)) ORDER BY f.depth, f.slug), '[]')
        FROM (SELECT w.slug, min(w.depth) AS depth FROM walk w WHERE w.slug <> x.slug GROUP BY w.slug ORDER BY 2, 1 LIMIT 100) f
        JOIN kb_entities n ON n.slug = f.slug))) FROM kb_entities x WHERE x.slug = $1 AND x.status = 'PUBLISHED')))::text AS body`,
    values: ({ s }) => [s!],
  },
}
