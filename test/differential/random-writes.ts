import type { Pool } from 'pg'
import type { Draw } from './draw.ts'
import { domainKeys, insert, kindKeys, randomEdge, randomEntity, randomHex, randomMedia, randomSource, relationKeys } from './random-graph.ts' // prettier-ignore
import { randomJson, randomText } from './random-text.ts'

type Write = (pool: Pool, draw: Draw) => Promise<unknown>

const anyOf = async (pool: Pool, draw: Draw, table: string, column = 'id'): Promise<string> => {
  const { rows } = await pool.query<{ value: string }>(`SELECT ${column}::text AS value FROM ${table} ORDER BY 1`)
  return rows.length === 0 ? '00000000-0000-4000-8000-000000000000' : draw.pick(rows).value
} // prettier-ignore
const slugOf = (pool: Pool, draw: Draw) => anyOf(pool, draw, 'kb_entities', 'slug')
const hashOf = (draw: Draw) => randomHex(draw, 64)

/** Writes by name; each may find nothing to do. */
export const writes: Readonly<Record<string, Write>> = {
  'insert an entity': (pool, draw) =>
    insert(pool, 'kb_entities', [randomEntity(draw, `new-${draw.number(40)}${draw.pick(['', '.x', ':y'])}`)]),
  'change an entity': async (pool, draw) =>
    pool.query(
      `UPDATE kb_entities SET title = $2, summary = $3, attributes = $4, domain_key = $5, kind_key = $6, weight = $7, revision = revision + 1, content_hash = $8, updated_at = now() WHERE slug = $1`,
      [await slugOf(pool, draw), randomText(draw), randomText(draw), JSON.stringify({ a: randomJson(draw) }), draw.pick([null, ...domainKeys]), draw.pick(kindKeys), draw.pick([null, 0, 0.5]), hashOf(draw)],
    ),
  'publish or not': async (pool, draw) =>
    pool.query(
      `UPDATE kb_entities SET status = $2::kb_publication_status, revision = revision + 1, content_hash = $3 WHERE slug = $1`,
      [await slugOf(pool, draw), draw.pick(['PUBLISHED', 'PUBLISHED', 'DRAFT', 'ARCHIVED']), hashOf(draw)],
    ),
  'rename an entity': async (pool, draw) =>
    pool.query(
      `UPDATE kb_entities SET slug = $2, content_hash = $3 WHERE slug = $1 AND NOT EXISTS (SELECT FROM kb_entities WHERE slug = $2)`,
      [await slugOf(pool, draw), `renamed-${draw.number(30)}`, hashOf(draw)],
    ),
  'delete an entity': async (pool, draw) => {
    const slug = await slugOf(pool, draw)
    await pool.query('DELETE FROM kb_edges WHERE source_slug = $1 OR target_slug = $1', [slug])
    await pool.query('DELETE FROM kb_entities WHERE slug = $1', [slug])
  },
  'merge two entities': async (pool, draw) => {
    const [into, from] = [await slugOf(pool, draw), await slugOf(pool, draw)]
    if (into === from) return
    await pool.query(
      `UPDATE kb_edges d SET source_slug = $1, content_hash = $3 WHERE source_slug = $2 AND NOT EXISTS (SELECT FROM kb_edges o WHERE o.source_slug = $1 AND o.relation_key = d.relation_key AND o.target_slug = d.target_slug)`,
      [into, from, hashOf(draw)],
    )
    await pool.query('DELETE FROM kb_edges WHERE source_slug = $1 OR target_slug = $1', [from])
    await pool.query(
      `UPDATE kb_redirects SET entity_id = (SELECT id FROM kb_entities WHERE slug = $1) WHERE entity_id = (SELECT id FROM kb_entities WHERE slug = $2)`,
      [into, from],
    )
    await pool.query('DELETE FROM kb_entities WHERE slug = $1', [from])
    await pool.query(`INSERT INTO kb_redirects (slug, entity_id) SELECT $2, id FROM kb_entities WHERE slug = $1 ON CONFLICT DO NOTHING`, [into, from])
  },
  'tag an entity': async (pool, draw) =>
    pool.query(`INSERT INTO kb_entity_tags SELECT id, $2 FROM kb_entities WHERE slug = $1 ON CONFLICT DO NOTHING`, [
      await slugOf(pool, draw),
      draw.pick(['red', 'green', 'Red', 'שלום', randomText(draw)]),
    ]),
  'take a tag away': async (pool, draw) =>
    pool.query('DELETE FROM kb_entity_tags WHERE entity_id = (SELECT id FROM kb_entities WHERE slug = $1)', [
      await slugOf(pool, draw),
    ]),
  'insert edges': async (pool, draw) => {
    const slugs = [await slugOf(pool, draw), await slugOf(pool, draw), await slugOf(pool, draw)]
    await insert(pool, 'kb_edges', [randomEdge(draw, slugs), randomEdge(draw, slugs)])
  },
  'change an edge': async (pool, draw) =>
    pool.query(
      `UPDATE kb_edges SET weight = $2, label = $3, attributes = $4, revision = revision + 1, content_hash = $5, updated_at = now() WHERE id = $1`,
      [await anyOf(pool, draw, 'kb_edges'), draw.pick([null, 0, -1, 0.1]), draw.pick([null, randomText(draw)]), JSON.stringify({ a: randomJson(draw) }), hashOf(draw)],
    ),
  'delete an edge': async (pool, draw) =>
    pool.query('DELETE FROM kb_edges WHERE id = $1', [await anyOf(pool, draw, 'kb_edges')]),
  'change the vocabulary': async (pool, draw) => {
    const [table, key] = draw.pick([['kb_kinds', draw.pick(kindKeys)], ['kb_relations', draw.pick(relationKeys)], ['kb_domains', draw.pick(domainKeys)]] as const)
    await pool.query(`UPDATE ${table} SET label = $2 WHERE key = $1`, [key, randomText(draw)])
  },
  'add a term': (pool, draw) =>
    pool.query(`INSERT INTO kb_kinds (key, label) VALUES ($1, 'Late') ON CONFLICT DO NOTHING`, [`late-${draw.number(5)}`]),
  'turn a relation round': (pool, draw) =>
    pool.query('UPDATE kb_relations SET is_symmetric = NOT is_symmetric WHERE key = $1', [draw.pick(relationKeys)]),
  'write media': (pool, draw) => insert(pool, 'kb_media_objects', [randomMedia(draw, `late/${draw.number(6)}`)]),
  'change media': async (pool, draw) =>
    pool.query('UPDATE kb_media_objects SET alt = $2, revision = revision + 1 WHERE id = $1', [
      await anyOf(pool, draw, 'kb_media_objects'),
      draw.pick([null, '', randomText(draw)]),
    ]),
  'show media': async (pool, draw) =>
    pool.query(`INSERT INTO kb_entity_media (entity_id, media_id, position) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, [
      await anyOf(pool, draw, 'kb_entities'),
      await anyOf(pool, draw, 'kb_media_objects'),
      draw.number(3),
    ]),
  'write a source': async (pool, draw) => {
    const subject = draw.chance(0.5)
      ? { entity_id: await anyOf(pool, draw, 'kb_entities') }
      : { edge_id: await anyOf(pool, draw, 'kb_edges') }
    await insert(pool, 'kb_entity_sources', [randomSource(draw, subject, await anyOf(pool, draw, 'kb_provenance_runs'))])
  },
  'delete a source': async (pool, draw) =>
    pool.query('DELETE FROM kb_entity_sources WHERE id = $1', [await anyOf(pool, draw, 'kb_entity_sources')]),
  'change a workflow': async (pool, draw) =>
    pool.query('UPDATE kb_workflows SET status = $2::kb_publication_status, title = $3 WHERE id = $1', [
      await anyOf(pool, draw, 'kb_workflows'),
      draw.pick(['DRAFT', 'PUBLISHED', 'PUBLISHED']),
      randomText(draw),
    ]),
  'change a step': async (pool, draw) =>
    pool.query('UPDATE kb_workflow_steps SET entity_id = $2, title = $3 WHERE id = $1', [
      await anyOf(pool, draw, 'kb_workflow_steps'),
      await anyOf(pool, draw, 'kb_entities'),
      randomText(draw),
    ]),
} // prettier-ignore

/** Writes a bit of everything and returns what was done. */
export async function writeSomething(pool: Pool, draw: Draw, count: number): Promise<string[]> {
  const names = Array.from({ length: count }, () => draw.pick(Object.keys(writes)))
  for (const name of names) await writes[name]!(pool, draw)
  return names
}
