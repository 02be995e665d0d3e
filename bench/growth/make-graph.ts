import type { Pool } from 'pg'
import { countTables } from '../../src/database/tables/count-tables.ts'
import { writeGraph } from '../../src/database/graph/writer.ts'
import { withRebuiltIndexes } from '../../src/database/tables/rebuilt-indexes.ts'
import { withTransaction } from '../../src/database/connection/transaction.ts'
import type { EdgeContent, EntityContent } from '../../src/domain/graph/graph-content.ts'

export const edgesPerEntity = 4
const kinds = ['person', 'place', 'work', 'event', 'idea']
const relations = ['knows', 'near', 'made']
const tags = 2000

/** A number that looks random and is the same each time. */
export function mix(seed: number): number {
  let hash = Math.imul(seed ^ (seed >>> 16), 0x45d9f3b)
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b)
  return (hash ^ (hash >>> 16)) >>> 0
}

export function slugAt(number: number): string {
  return `entity-${String(number).padStart(7, '0')}`
}

/** The entity of a number, as often as it was rewritten. */
export function entityAt(number: number, edition = 0): EntityContent {
  return {
    slug: slugAt(number),
    kind: kinds[mix(number) % kinds.length]!,
    domain: null,
    title: `${mix(number + edition * 7919).toString(36)} of ${number}`,
    summary: `What is said of number ${number} in a sentence of some length.`,
    url: null,
    status: 'PUBLISHED',
    tags: [...new Set([mix(number * 3), mix(number * 5 + 1)].map((hash) => `tag-${hash % tags}`))].sort(),
    attributes: { rank: mix(number) % 1000 },
    position: null,
    weight: (mix(number) % 1000) / 1000,
  }
}

/** The edge of a number in a graph of so many entities. */
export function edgeAt(number: number, entities: number): EdgeContent {
  return {
    relation: relations[number % relations.length]!,
    source: slugAt(Math.floor(number / edgesPerEntity) % entities),
    target: slugAt(mix(number) % entities),
    label: null,
    weight: null,
    attributes: {},
  }
}

const written = ['kb_entities', 'kb_entity_tags', 'kb_edges', 'kb_changes']

/** Fills an empty database by the bulk writer; one that holds enough already is left as it is. */
export async function makeGraph(pool: Pool, entities: number): Promise<void> {
  const { kb_entities: count } = await countTables(pool, ['kb_entities'])
  if (Number(count) >= entities) return
  const named = (key: string) => ({ key, label: key, description: null, iri: null })
  await withTransaction(pool, 'READ COMMITTED', (client) =>
    withRebuiltIndexes(client, written, () =>
      writeGraph(
        { client },
        {
          kinds: kinds.map((key) => ({ ...named(key), attributeSchema: null })),
          relations: relations.map((key) => ({
            ...named(key),
            inverseLabel: null,
            isSymmetric: key === 'near',
            sourceKinds: [],
            targetKinds: [],
          })),
          entities: rows(entities, (number) => entityAt(number)),
          edges: rows(entities * edgesPerEntity, (number) => edgeAt(number, entities)),
        },
      ),
    ),
  )
  await pool.query(`VACUUM (ANALYZE) ${written.join(', ')}`)
}

function* rows<Row>(count: number, rowAt: (number: number) => Row): Generator<Row> {
  for (let number = 0; number < count; number++) yield rowAt(number)
}
