import type { Pool } from 'pg'
import type { QueryName } from './queries.ts'

/** Variables of one request, named as in the canonical query; Q5's `c` is the slug that the page comes after. */
export type Sample = Readonly<Record<string, string>>
export type Samples = Readonly<Record<QueryName, readonly Sample[]>>

/** Part of every figure that is compared between two runs, so it does not change. */
export const defaultSeed = 'knowledge-backbone'
/** Of Q3 there are as many as WordNet has pairs of kind and tag: 45. */
const sampleCount = 20_000

/**
 * An entity at which a symmetric edge ends that is stored from its other end: our `edges(direction: OUT)` lists it and
 * a plain foreign key does not.
 */
const hasReversedEdge = (slug: string) =>
  `EXISTS (SELECT FROM kb_edges r JOIN kb_relations v ON v.key = r.relation_key AND v.is_symmetric WHERE r.target_slug = ${slug})`

const drawEntities = (condition: string) =>
  `SELECT e.slug AS s FROM kb_entities e WHERE e.status = 'PUBLISHED' AND ${condition} ORDER BY md5($1 || e.slug), e.slug LIMIT $2`

const plain = `NOT ${hasReversedEdge('e.slug')}`
const statements: Readonly<Record<QueryName, string>> = {
  Q1: drawEntities('TRUE'),
  Q2: drawEntities(plain),
  Q3: `SELECT k, t FROM (
      SELECT DISTINCT e.kind_key AS k, g.tag AS t FROM kb_entities e JOIN kb_entity_tags g ON g.entity_id = e.id WHERE e.status = 'PUBLISHED'
    ) p ORDER BY md5($1 || k || ' ' || t), k, t LIMIT $2`,
  Q4: drawEntities(
    `${plain} AND NOT EXISTS (SELECT FROM kb_edges d WHERE d.source_slug = e.slug AND ${hasReversedEdge('d.target_slug')})`,
  ),
  Q5: `SELECT e.slug AS c FROM kb_entities e WHERE e.status = 'PUBLISHED' ORDER BY md5($1 || 'cursor ' || e.slug), e.slug LIMIT $2`,
  // A word of the title of a drawn entity, so that common words come more often, as they are asked for.
  Q6: `SELECT q FROM (
      SELECT substring(e.title_key FROM '[a-z]{4,}') AS q, md5($1 || 'word ' || e.slug) AS lot, e.slug FROM kb_entities e WHERE e.status = 'PUBLISHED'
    ) w WHERE q IS NOT NULL ORDER BY lot, slug LIMIT $2`,
  // Of what has an ancestor at all.
  Q8: drawEntities(
    `EXISTS (SELECT FROM kb_edges d WHERE d.source_slug = e.slug AND d.relation_key IN ('hypernym', 'instance_hypernym'))`,
  ),
}

/**
 * Draw what is asked for from the whole graph: the same for the same graph and seed, on every machine.
 *
 * @example const { Q1 } = await drawSamples(pool) // [{ s: 'haze.v.02' }, …]
 */
export async function drawSamples(pool: Pool, seed = defaultSeed, count = sampleCount): Promise<Samples> {
  const drawn: Partial<Record<QueryName, readonly Sample[]>> = {}
  for (const [name, statement] of Object.entries(statements) as [QueryName, string][]) {
    const { rows } = await pool.query<Sample>(statement, [seed, count])
    drawn[name] = rows
  }
  return drawn as Samples
}
