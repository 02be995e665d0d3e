import type { Pool } from 'pg'
import { writeGraph, type GraphRows } from '../../src/database/graph/writer.ts'
import { withTransaction } from '../../src/database/connection/transaction.ts'
import { edgeAt, entityAt, mix, slugAt } from './make-graph.ts'

/** What is done to the graph; another round changes other parts of it. */
export const changes: Readonly<Record<string, (entities: number, round: number) => GraphRows>> = {
  'one edge': (entities, round) => ({ edges: [newEdge(entities, round)] }),
  'one title': (entities, round) => ({ entities: [entityAt(mix(round) % entities, round + 1)] }),
  'one unpublished': (entities, round) => ({
    entities: [{ ...entityAt(mix(round + 1000) % entities), status: 'DRAFT' }],
  }),
  'one new entity': (entities, round) => ({ entities: [newEntity(mix(round + 2000) % entities, round)] }),
  '1,000 upserted': (entities, round) => ({
    entities: Array.from({ length: 1000 }, (_, at) =>
      // Half of them are new.
      at % 2 === 0
        ? entityAt(mix(round * 1000 + at) % entities, round + 100)
        : newEntity(mix(round * 1000 + at) % entities, round * 1000 + at),
    ).filter(({ slug }, at, all) => all.findIndex((other) => other.slug === slug) === at),
  }),
}

function newEntity(number: number, round: number) {
  return { ...entityAt(number), slug: `${slugAt(number)}-${round}` }
}

function newEdge(entities: number, round: number) {
  const edge = edgeAt(mix(round + 3000), entities)
  return { ...edge, relation: 'made', source: slugAt(mix(round + 4000) % entities) }
}

/**
 * Commits rows by the bulk writer.
 *
 * @returns the new version of the graph
 * @throws Error where the graph already held all of them: nothing would be measured
 */
export async function commit(pool: Pool, rows: GraphRows): Promise<number> {
  const before = await versionOf(pool)
  await withTransaction(pool, 'READ COMMITTED', (client) => writeGraph({ client }, rows))
  const after = await versionOf(pool)
  if (after === before) throw new Error('The change left the graph as it was.')
  return after
}

/** The graph's version; a graph that is kept for the next run has a higher one each time. */
export async function versionOf(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ version: number }>(
    'SELECT version::float8 AS version FROM kb_graph_version',
  )
  return rows[0]!.version
}

/** Titles of some thousand entities anew. */
export function rewrittenTitles(entities: number, count: number, round: number): GraphRows {
  return {
    entities: Array.from({ length: count }, (_, at) =>
      entityAt((round * count + at) % entities, round + 500),
    ),
  }
}
