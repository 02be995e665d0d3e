import pg, { type ClientBase } from 'pg'
import { createTopology, type Topology } from '../../graph/topology.ts'
import { inView, type View } from './view.ts'

export interface WholeTopology {
  readonly topology: Topology
  /** The number of an entity, by slug. */
  readonly numbers: ReadonlyMap<string, number>
}

const edgesAtOnce = 20_000

/**
 * All that a view shows of the graph, as a topology.
 *
 * @param client in a transaction that sees one state
 */
export async function readWholeTopology(client: ClientBase, view: View): Promise<WholeTopology> {
  const see = (text: string) => inView(view, text, pg.escapeLiteral(view.at ?? ''))
  const entities = await client.query<{ slug: string }>(
    see(`SELECT e.slug FROM kb_entities e WHERE e.status = 'PUBLISHED' ORDER BY e.slug`),
  )
  const numbers = new Map(entities.rows.map(({ slug }, number) => [slug, number]))
  const relations = await client.query<{ key: string; is_symmetric: boolean }>(
    'SELECT key, is_symmetric FROM kb_relations ORDER BY key',
  )
  const relationNumbers = new Map(relations.rows.map(({ key }, number) => [key, number]))
  const [sources, targets, kinds, weights]: [number[], number[], number[], number[]] = [[], [], [], []]
  await client.query(
    `DECLARE topology_edges NO SCROLL CURSOR FOR ${see('SELECT relation_key, source_slug, target_slug, weight FROM kb_edges')}`,
  )
  for (;;) {
    const { rows } = await client.query<EdgeRow>(`FETCH ${edgesAtOnce} FROM topology_edges`)
    if (rows.length === 0) break
    for (const { relation_key, source_slug, target_slug, weight } of rows) {
      const [source, target] = [numbers.get(source_slug), numbers.get(target_slug)]
      if (source === undefined || target === undefined) continue
      sources.push(source)
      targets.push(target)
      kinds.push(relationNumbers.get(relation_key)!)
      weights.push(weight ?? NaN)
    }
  }
  await client.query('CLOSE topology_edges')
  const topology = createTopology(
    numbers.size,
    {
      sourceOf: Uint32Array.from(sources),
      targetOf: Uint32Array.from(targets),
      relationOf: Uint16Array.from(kinds),
    },
    Float64Array.from(weights),
    Uint8Array.from(relations.rows, ({ is_symmetric }) => (is_symmetric ? 1 : 0)),
  )
  return { topology, numbers }
}

interface EdgeRow {
  readonly relation_key: string
  readonly source_slug: string
  readonly target_slug: string
  readonly weight: number | null
}
