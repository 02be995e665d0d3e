import type { Pool } from 'pg'
import { withTransaction } from '../../src/database/connection/transaction.ts'
import type { RandomGraph } from './random-topology.ts'

/** Slugs are ordered as the numbers of the nodes. */
export const slugOf = (node: number) => `n${node}`
export const draftSlug = 'm-draft'
/** Entities with even numbers are of the kind `even`. */
export const kindOf = (node: number) => (node % 2 === 0 ? 'even' : 'odd')
/** Equal tags of some, one in common of others. */
export const tagsOf = (node: number) => [node % 3, 3 + (node % 2)]

/** Writes the graph, and a draft that touches every entity: it must shorten no way. */
export async function writeRandomGraph(
  pool: Pool,
  { nodeCount, symmetric, edges }: RandomGraph,
): Promise<void> {
  await withTransaction(pool, 'READ COMMITTED', async (client) => {
    await client.query('DELETE FROM kb_edges; DELETE FROM kb_entities; DELETE FROM kb_relations')
    await client.query(
      `INSERT INTO kb_kinds (key, label) VALUES ('odd', 'Odd'), ('even', 'Even') ON CONFLICT DO NOTHING`,
    )
    const nodes = Array.from({ length: nodeCount }, (_, node) => node)
    await client.query(
      `INSERT INTO kb_relations (key, label, is_symmetric) SELECT 'r' || n - 1, 'r', s FROM unnest($1::boolean[]) WITH ORDINALITY AS t(s, n)`,
      [symmetric],
    )
    const insert = `INSERT INTO kb_entities (slug, kind_key, title, status, attributes, content_hash) SELECT s, k, s, $3::kb_publication_status, '{}', repeat('a', 64) FROM unnest($1::text[], $2::text[]) AS t(s, k)`
    await client.query(insert, [nodes.map(slugOf), nodes.map(kindOf), 'PUBLISHED'])
    await client.query(insert, [[draftSlug], ['odd'], 'DRAFT'])
    await client.query(
      `INSERT INTO kb_entity_tags SELECT e.id, t.tag FROM unnest($1::text[], $2::text[]) AS t(slug, tag) JOIN kb_entities e USING (slug)`,
      [
        nodes.flatMap((node) => tagsOf(node).map(() => slugOf(node))),
        nodes.flatMap((node) => tagsOf(node).map(String)),
      ],
    )
    const drafts = nodes.map((node) => ({ relation: 0, source: draftSlug, target: slugOf(node), weight: 0 }))
    const all = [
      ...edges.map((edge) => ({ ...edge, source: slugOf(edge.source), target: slugOf(edge.target) })),
      ...drafts,
    ]
    await client.query(
      `INSERT INTO kb_edges (relation_key, source_slug, target_slug, weight, attributes, content_hash) SELECT 'r' || r, s, t, w, '{}', repeat('a', 64) FROM unnest($1::int[], $2::text[], $3::text[], $4::float8[]) AS e(r, s, t, w)`,
      [
        all.map(({ relation }) => relation),
        all.map(({ source }) => source),
        all.map(({ target }) => target),
        all.map(({ weight }) => (Number.isNaN(weight) ? null : weight)),
      ],
    )
  })
}
