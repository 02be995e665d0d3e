import type { Pool } from 'pg'
import { isBuilt } from '../built-fields.ts'
import { defaultSeed, type Sample } from '../samples.ts'

export type WalkName = 'shortestPath' | 'reachable'

export interface WalkQuery {
  readonly name: WalkName
  readonly title: string
  readonly document: string
  /** Draws $2 samples by the seed $1. */
  readonly samples: string
}

/** Nouns of WordNet, whose slugs end in `.n.` and a number. */
const drawNouns = (lot: string, columns: string) =>
  `SELECT ${columns} FROM (SELECT e.slug, row_number() OVER (ORDER BY md5($1 || '${lot}' || e.slug), e.slug) AS place FROM kb_entities e WHERE e.status = 'PUBLISHED' AND e.slug ~ '[.]n[.][0-9]+$')`

const all: readonly WalkQuery[] = [
  {
    name: 'shortestPath',
    title: 'shortest path between two random nouns',
    document: `query ShortestPath($s: Key!, $t: Key!) { shortestPath(from: {slug: $s}, to: {slug: $t}) { length entities { slug } } }`,
    samples: `${drawNouns('from', 'a.slug AS s, b.slug AS t')} a JOIN (${drawNouns('to', '*')} n) b ON b.place = a.place WHERE a.place <= $2 ORDER BY a.place`,
  },
  {
    name: 'reachable',
    title: 'what is reachable in three steps, whatever their direction',
    document: `query Reachable($s: Key!) { entity(by: {slug: $s}) { reachable(direction: ANY, maxDepth: 3, first: 100) { truncated edges { depth node { slug } } } } }`,
    samples: `${drawNouns('start', 'a.slug AS s')} a WHERE a.place <= $2 ORDER BY a.place`,
  },
]

/** The walks that this version of the API has. */
export const walkQueries: readonly WalkQuery[] = all.filter(({ name }) =>
  name === 'reachable' ? isBuilt('Entity', name) : isBuilt('Query', name),
)

/** Draw what a walk starts and ends at: the same for the same graph, on every machine. */
export async function drawWalkSamples(pool: Pool, { samples }: WalkQuery, count: number): Promise<Sample[]> {
  const { rows } = await pool.query<Sample>(samples, [defaultSeed, count])
  return rows
}
