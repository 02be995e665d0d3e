import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withTransaction } from '../../../../src/database/connection/transaction.ts'
import { nodesOf } from '../../../../src/graph/snapshot.ts'
import { readGraphFile, writeGraphFile } from '../../../../src/readers/snapshot/keeper/graph-file.ts'
import { SnapshotTooLargeError } from '../../../../src/readers/snapshot/keeper/load-snapshot.ts'
import type { MemoryGraph } from '../../../../src/readers/snapshot/keeper/memory-graph.ts'
import { readGraph } from '../../../../src/readers/snapshot/keeper/read-graph.ts'
import { describeSnapshot } from '../../../support/built-graph.ts'
import { createTestDatabase, type TestDatabase } from '../../../support/database.ts'
import { anyWrite, writeTerms } from '../../../support/random-writes.ts'
import { secret, writeSmallGraph } from '../../../support/small-graph.ts'

const enough = 2 ** 30
const describeGraph = ({ snapshot, nouns, tables }: MemoryGraph) => {
  const { sources, ...others } = nouns
  const records = Array.from({ length: sources.count }, (_, row) => sources.record(row))
  return { ...describeSnapshot(snapshot), state: snapshot.state, tables, ...others, sources: records }
}

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  await writeTerms(database.pool)
})
afterAll(() => database.drop())

test(
  'a graph that was moved on is the graph read whole, after whatever is written',
  { timeout: 120_000 },
  async () => {
    const { pool } = database
    let graph = await readGraph(pool, null, enough)
    let moves = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(anyWrite, { minLength: 1, maxLength: 6 }), { maxLength: 5 }),
        async (batches) => {
          for (const batch of batches) {
            await withTransaction(pool, 'READ COMMITTED', async (client) => {
              for (const { text, values } of batch) await client.query({ text, values: [...values] })
            })
            const [before, said] = [graph, describeGraph(graph)]
            graph = await readGraph(pool, graph, enough)
            if (graph.snapshot.lineage === before.snapshot.lineage) moves++
            const whole = await readGraph(pool, null, enough)
            expect(describeGraph(graph)).toEqual(describeGraph(whole))
            expect(describeGraph(before)).toEqual(said)
          }
        },
      ),
      { numRuns: 60 },
    )
    // Not by reloading each time.
    expect(moves).toBeGreaterThan(50)
  },
)

describe('the small graph', () => {
  let small: TestDatabase
  beforeAll(async () => {
    small = await createTestDatabase()
    await writeSmallGraph(small.pool)
  })
  afterAll(() => small.drop())

  test('contains only published content', async () => {
    const graph = await readGraph(small.pool, null, enough)
    expect(JSON.stringify(describeSnapshot(graph.snapshot))).not.toContain(secret)
    expect(JSON.stringify([graph.nouns.workflows, graph.nouns.steps])).not.toContain(secret)
    const { rows } = await small.pool.query<{ slug: string }>(
      `SELECT slug FROM kb_entities WHERE status = 'PUBLISHED' ORDER BY slug`,
    )
    const slugs = Array.from(nodesOf(graph.snapshot), (node) => graph.snapshot.slugOf(node))
    expect(slugs).toEqual(rows.map(({ slug }) => slug))
  })

  test('restores from its file unchanged and accepts further changes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kb-graph-'))
    const path = join(folder, 'graph.snapshot')
    const graph = await readGraph(small.pool, null, enough)
    await writeGraphFile(path, graph)
    const kept = (await readGraphFile(path))!
    expect(describeGraph(kept)).toEqual(describeGraph(graph))
    await small.pool.query(
      `UPDATE kb_entities SET title = 'Aland', revision = revision + 1 WHERE slug = 'aland'`,
    )
    const moved = await readGraph(small.pool, kept, enough)
    expect(moved.snapshot.lineage).toBe(kept.snapshot.lineage)
    expect(describeGraph(moved)).toEqual(describeGraph(await readGraph(small.pool, null, enough)))
    await writeGraphFile(path, moved)
    expect(describeGraph((await readGraphFile(path))!)).toEqual(describeGraph(moved))
    await rm(folder, { recursive: true })
  })

  test('keeps a client’s timestamp to the microsecond in any century', async () => {
    const given = [
      '0900-01-01T00:00:00.000001Z',
      '9998-12-31T23:59:59.999999Z',
      '2024-02-29T12:00:00.000100Z',
    ]
    for (const moment of given) {
      await small.pool.query('UPDATE kb_entity_sources SET retrieved_at = $1', [moment])
      const { sources } = (await readGraph(small.pool, null, enough)).nouns
      expect(sources.documents.map(({ retrievedAt }) => retrievedAt)).toEqual(
        sources.documents.map(() => moment),
      )
    }
  })

  test('grows by thousands of rows through changes', async () => {
    const graph = await readGraph(small.pool, null, enough)
    for (const [from, to] of [
      [1, 40],
      [41, 90],
      [91, 900],
    ])
      await small.pool.query(
        `INSERT INTO kb_entities (slug, kind_key, title, status, content_hash)
         SELECT 'grown-' || i, 'city', 'Grown ' || i, 'PUBLISHED', repeat('b', 64) FROM generate_series($1::int, $2::int) i`,
        [from, to],
      )
    await small.pool.query(
      `INSERT INTO kb_edges (relation_key, source_slug, target_slug, content_hash)
       SELECT 'knows', 'grown-' || i, 'grown-' || (i + 1), repeat('c', 64) FROM generate_series(1, 899) i`,
    )
    const moved = await readGraph(small.pool, graph, enough)
    expect(moved.snapshot.lineage).toBe(graph.snapshot.lineage)
    expect(moved.snapshot.nodeCount).toBe(graph.snapshot.nodeCount + 900)
    expect(describeGraph(moved)).toEqual(describeGraph(await readGraph(small.pool, null, enough)))
  })

  test('rejects a graph that became too large, also through changes', async () => {
    const graph = await readGraph(small.pool, null, enough)
    await expect(readGraph(small.pool, null, 1000)).rejects.toThrow(SnapshotTooLargeError)
    await small.pool.query(
      `UPDATE kb_entities SET title = 'Spain!', revision = revision + 1 WHERE slug = 'spain'`,
    )
    await expect(readGraph(small.pool, graph, 1000)).rejects.toThrow(SnapshotTooLargeError)
    expect((await small.pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })

  test('reloads when a row names an unknown term', async () => {
    const graph = await readGraph(small.pool, null, enough)
    await small.pool.query(`INSERT INTO kb_kinds (key, label) VALUES ('river', 'River')`)
    await small.pool.query(
      `INSERT INTO kb_entities (slug, kind_key, title, status, content_hash) VALUES ('tejo', 'river', 'Tejo', 'PUBLISHED', repeat('a', 64))`,
    )
    // As if nothing had reported the table.
    await small.pool.query(`UPDATE kb_graph_version SET tables = tables || $1`, [
      { kb_kinds: graph.tables['kb_kinds'] },
    ])
    const next = await readGraph(small.pool, graph, enough)
    expect(next.snapshot.lineage).not.toBe(graph.snapshot.lineage)
    expect(next.snapshot.find('tejo')).not.toBe(-1)
  })
})
