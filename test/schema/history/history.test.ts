import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withTransaction } from '../../../src/database/connection/transaction.ts'
import { applyJsonPatch } from '../../../src/domain/json/patch.ts'
import type { JsonObject, JsonValue } from '../../../src/domain/json/value.ts'
import { startGraphApi, type GraphApi } from '../../support/graph-api.ts'
import { anyWrite, writeTerms, type Write } from '../../support/random-writes.ts'

let api: GraphApi
beforeAll(async () => {
  // Comparing whole graphs exceeds the cost limit.
  api = await startGraphApi(writeTerms, undefined, { armour: { maxCost: 1_000_000 } })
})
afterAll(() => api.stop())

const viewers = ['PUBLIC', 'EDITOR'] as const
type Viewer = (typeof viewers)[number]

interface FeedChange {
  readonly operation: string
  readonly subjectType: string
  readonly subjectKey: string
  readonly patch: unknown
  readonly changedAt: string
  readonly changedBy: string | null
}

async function ask<Data>(viewer: Viewer, query: string, variables: object = {}): Promise<Data> {
  const { body } =
    viewer === 'PUBLIC' ? await api.server.ask(query, variables) : await api.askAs(viewer, query, variables)
  if (body.errors) throw new Error(JSON.stringify(body.errors))
  return body.data as Data
}

async function readFeed(viewer: Viewer, first = 100): Promise<FeedChange[]> {
  const changes: FeedChange[] = []
  for (let after: string | null = null; ;) {
    const data: {
      changes: { edges: { node: FeedChange }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } }
    } = await ask(
      viewer,
      `query ($after: String, $first: Int) { changes(after: $after, first: $first) {
         edges { node { operation subjectType subjectKey patch changedAt changedBy } } pageInfo { hasNextPage endCursor } } }`,
      { after, first },
    )
    changes.push(...data.changes.edges.map(({ node }) => node))
    if (!data.changes.pageInfo.hasNextPage) return changes
    after = data.changes.pageInfo.endCursor
  }
}

/** Milliseconds as PostgreSQL's microseconds. */
function toMoment(milliseconds: number): string {
  const micros = Math.floor((milliseconds % 1) * 1000)
  return new Date(milliseconds).toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`)
}

type Graph = Map<string, JsonObject>

/**
 * A follower's graph after the changes up to a moment. Within a transaction removals apply first, since a key may pass to another
 * subject.
 */
function rebuild(feed: readonly FeedChange[], moment: string): Graph {
  const graph: Graph = new Map()
  const until = feed.filter(({ changedAt }) => changedAt <= moment)
  for (const together of Map.groupBy(until, ({ changedAt }) => changedAt).values()) {
    const former = together.map((change) => {
      const key = formerKeyOf(change)
      const state = graph.get(key) ?? {}
      if (change.operation !== 'ADDED') graph.delete(key)
      return state
    })
    for (const [index, { operation, subjectType, subjectKey, patch }] of together.entries())
      if (operation !== 'REMOVED')
        graph.set(
          `${subjectType} ${subjectKey}`,
          applyJsonPatch(former[index]!, patch as JsonValue) as JsonObject,
        )
  }
  return graph
}

/** If the key changed, the patch first tests for the old one. */
function formerKeyOf({ subjectType, subjectKey, patch }: FeedChange): string {
  const old = Object.fromEntries(
    (patch as { op: string; path: string; value: string }[])
      .filter(({ op }) => op === 'test')
      .map(({ path, value }) => [path, value]),
  )
  if (subjectType === 'Entity') return `Entity ${old['/slug'] ?? subjectKey}`
  const [source, relation, target] = subjectKey.split('|')
  return `GraphEdge ${old['/source'] ?? source}|${relation}|${old['/target'] ?? target}`
}

const keyOf = (state: JsonObject) =>
  ['slug', 'source', 'relation', 'target']
    .flatMap((name) => (typeof state[name] === 'string' ? [state[name]] : []))
    .join('|')

interface PastEntity {
  slug: string
  kind: { key: string }
  title: string
  status: string
  tags: string[]
  degree: number
  edges: { nodes: { target: { title: string } }[] }
}
interface PastEdge {
  relation: { key: string }
  source: { slug: string }
  target: { slug: string }
  weight: number | null
}

async function readAsOf(viewer: Viewer, at: string) {
  return ask<{
    entities: { nodes: PastEntity[]; totalCount: number }
    edges: { nodes: PastEdge[] }
    statistics: { entityCount: number; edgeCount: number }
    vocabulary: { entityKinds: { count: number }[] }
  }>(
    viewer,
    `query ($at: DateTime!) {
      entities(first: 100, asOf: { at: $at }) { totalCount nodes { slug kind { key } title status tags degree(direction: OUT) edges(direction: OUT, first: 100) { nodes { target { title } } } } }
      edges(first: 100, asOf: { at: $at }) { nodes { relation { key } source { slug } target { slug } weight } }
      statistics(asOf: { at: $at }) { entityCount edgeCount }
      vocabulary(asOf: { at: $at }) { entityKinds { count } }
    }`,
    { at },
  )
}

async function run(transactions: readonly (readonly Write[])[]): Promise<void> {
  for (const writes of transactions)
    await withTransaction(api.database.pool, 'READ COMMITTED', async (client) => {
      for (const [index, { text, values }] of writes.entries()) {
        // Roll some back: they must leave no trace.
        if (index % 5 === 4) await client.query('SAVEPOINT s')
        await client.query(text, [...values])
        if (index % 5 === 4) await client.query('ROLLBACK TO SAVEPOINT s')
      }
    })
}

const transaction = fc.array(anyWrite, { minLength: 1, maxLength: 6 })
const transactions = fc.array(transaction, { minLength: 10, maxLength: 40 })

describe('the history', () => {
  test('agrees with the tables after any sequence of writes', async () => {
    await fc.assert(
      fc.asyncProperty(transactions, async (drawn) => {
        await run(drawn)
        const before = await api.database.pool.query('SELECT count(*)::int AS n FROM kb_changes')
        await api.database.pool.query('SELECT kb_sync_history(clock_timestamp())')
        const after = await api.database.pool.query('SELECT count(*)::int AS n FROM kb_changes')
        expect(after.rows).toEqual(before.rows)
      }),
      { numRuns: 15 },
    )
  }, 120_000)

  test('would detect a difference', async () => {
    await run([
      [
        {
          text: `INSERT INTO kb_entities (slug, kind_key, title, content_hash) VALUES ('planted', 'thing', 'P', repeat('0', 64))`,
          values: [],
        },
      ],
    ])
    await api.database.pool.query('ALTER TABLE kb_entities DISABLE TRIGGER kb_entities_changed')
    await api.database.pool.query(`UPDATE kb_entities SET title = 'Q' WHERE slug = 'planted'`)
    await api.database.pool.query('ALTER TABLE kb_entities ENABLE TRIGGER kb_entities_changed')
    await api.database.pool.query('SELECT kb_sync_history(clock_timestamp())')
    const { rows } = await api.database.pool.query(
      `SELECT state->>'title' AS title FROM kb_changes WHERE subject_key = 'planted' ORDER BY position`,
    )
    expect(rows).toEqual([{ title: 'P' }, { title: 'Q' }])
  })

  test('has increasing times and positions, and one row per subject and transaction', async () => {
    const { rows } = await api.database.pool.query<{ wrong: number }>(
      `SELECT count(*)::int AS wrong FROM (SELECT changed_at, lag(changed_at) OVER (ORDER BY position) AS former FROM kb_changes) c
       WHERE changed_at < former`,
    )
    expect(rows).toEqual([{ wrong: 0 }])
  })
})

describe('500 random moments', () => {
  beforeAll(async () => {
    // Random draws may be small; this guarantees a long history.
    const many = fc.array(transaction, { minLength: 500, maxLength: 500 })
    await run(fc.sample(many, { numRuns: 1, seed: 7 })[0]!)
  })

  test.each(viewers)(
    'as %s, are the graph that the feed gives up to them',
    async (viewer) => {
      const feed = await readFeed(viewer, 37)
      expect(feed.length).toBeGreaterThan(100)
      const times = feed.map(({ changedAt }) => Date.parse(changedAt))
      const [start, end] = [Math.min(...times) - 5, Math.max(...times)]
      const random = fc.sample(fc.double({ min: 0, max: 1, noNaN: true }), { numRuns: 500, seed: 7 })
      for (const share of random) {
        await compare(viewer, feed, toMoment(start + (end - start) * share))
      }
    },
    120_000,
  )

  test('would detect a gap in the feed', async () => {
    const write = (text: string) => [{ text, values: [] }]
    await run([
      write(
        `INSERT INTO kb_entities (slug, kind_key, title, status, content_hash) VALUES ('last', 'thing', 'A', 'PUBLISHED', repeat('0', 64))`,
      ),
      write(
        `UPDATE kb_entities SET title = 'B', revision = 2, content_hash = repeat('1', 64) WHERE slug = 'last'`,
      ),
      write(`DELETE FROM kb_entities WHERE slug = 'last'`),
    ])
    const feed = await readFeed('EDITOR')
    for (const left of [-3, -2, -1]) {
      const moment = feed.at(left)!.changedAt
      await compare('EDITOR', feed, moment)
      await expect(compare('EDITOR', feed.toSpliced(left, 1), moment)).rejects.toThrow()
    }
  })
})

async function compare(viewer: Viewer, feed: readonly FeedChange[], at: string): Promise<void> {
  const graph = rebuild(feed, at)
  const states = [...graph.values()]
  const { entities, edges, statistics, vocabulary } = await readAsOf(viewer, at)
  const entityStates = states
    .filter((state) => !('relation' in state))
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  const edgeStates = states.filter((state) => 'relation' in state)
  expect(
    entities.nodes.map(({ slug, kind, title, status, tags }) => ({
      slug,
      kind: kind.key,
      title,
      status,
      tags,
    })),
  ).toEqual(entityStates.map(({ slug, kind, title, status, tags }) => ({ slug, kind, title, status, tags })))
  const toKey = ({ source, relation, target }: PastEdge) => [source.slug, relation.key, target.slug].join('|')
  expect(edges.nodes.map((edge) => [toKey(edge), edge.weight]).toSorted()).toEqual(
    edgeStates.map((state) => [keyOf(state), state['weight']]).toSorted(),
  )
  expect(statistics).toEqual({ entityCount: entityStates.length, edgeCount: edgeStates.length })
  expect(entities.totalCount).toBe(entityStates.length)
  expect(vocabulary.entityKinds).toEqual([{ count: entityStates.length }])
  const titles = new Map(entityStates.map((state) => [state['slug'], state['title']]))
  for (const { slug, degree, edges: own } of entities.nodes) {
    const out = edgeStates.filter((state) => state['source'] === slug)
    expect(degree).toBe(out.length)
    expect(own.nodes.map(({ target }) => target.title).toSorted()).toEqual(
      out.map((state) => titles.get(state['target'] as string)).toSorted(),
    )
  }
}
