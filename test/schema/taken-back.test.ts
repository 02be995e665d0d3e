import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeGlobalId } from '../../src/domain/graph/global-id.ts'
import { withTransaction } from '../../src/database/connection/transaction.ts'
import { startGraphApi, type GraphApi } from '../support/graph-api.ts'
import { followEvents } from '../support/sse.ts'

let api: GraphApi
beforeAll(async () => {
  api = await startGraphApi()
})
afterAll(() => api.stop())

const secret = 'vermilionmistake'
const write = (text: string, values: unknown[] = []) => api.database.pool.query(text, values)
const now = async () => (await write('SELECT clock_timestamp() AS now')).rows[0].now.toISOString() as string
const later = () => new Promise((resolve) => setTimeout(resolve, 5))

/** A published entity and edge containing the secret, and when it was public. */
async function publish(slug: string): Promise<{ moment: string; id: string; revision: string }> {
  await write(
    `INSERT INTO kb_entities (slug, kind_key, title, status, content_hash) VALUES ($1, 'country', $2, 'PUBLISHED', repeat('0', 64))`,
    [slug, `${secret} ${slug}`],
  )
  await write(
    `INSERT INTO kb_edges (relation_key, source_slug, target_slug, label, content_hash) VALUES ('knows', $1, 'spain', $2, repeat('1', 64))`,
    [slug, secret],
  )
  const { rows } = await write(
    'SELECT position::text, subject_id AS id FROM kb_changes WHERE subject_key = $1',
    [slug],
  )
  await later()
  const moment = await now()
  await later()
  return {
    moment,
    id: encodeGlobalId('Entity', rows[0].id),
    revision: encodeGlobalId('EntityRevision', rows[0].position),
  }
}

const doors = (slug: string, { moment, id, revision }: Awaited<ReturnType<typeof publish>>) => `{
  entity(by: {slug: "${slug}"}, asOf: {at: "${moment}"}) { title revisions { nodes { state } } }
  entities(where: {slug: {eq: "${slug}"}}, asOf: {at: "${moment}"}) { totalCount nodes { title } }
  edges(asOf: {at: "${moment}"}, first: 100) { nodes { label source { title } } }
  spain: entity(by: {slug: "spain"}, asOf: {at: "${moment}"}) { degree neighbors(first: 100) { nodes { title } } }
  subgraph(input: {}, asOf: {at: "${moment}"}) { entities { title } edges { label } }
  graphDiff(from: {at: "2020-01-01T00:00:00Z"}, to: {at: "${moment}"}) { changes(first: 100) { edges { node { subjectKey patch } } } }
  node(id: "${id}") { id }
  revision: node(id: "${revision}") { ... on EntityRevision { state patch } }
  changes(first: 100) { edges { node { operation subjectKey patch } } }
}`

type Told = { operation: string; subjectKey: string; patch: unknown }
// eslint-disable-next-line @typescript-eslint/no-explicit-any
const toldOf = (data: any, slug: string): Told[] =>
  data.changes.edges
    .map(({ node }: { node: Told }) => node)
    .filter(({ subjectKey }: Told) => subjectKey.startsWith(slug))
const removed = (subjectKey: string) => ({
  operation: 'REMOVED',
  subjectKey,
  patch: [{ op: 'remove', path: '' }],
})

describe.each([
  [
    'a draft again',
    (slug: string) => `UPDATE kb_entities SET status = 'DRAFT', revision = 2 WHERE slug = '${slug}'`,
  ],
  [
    'archived',
    (slug: string) => `UPDATE kb_entities SET status = 'ARCHIVED', revision = 2 WHERE slug = '${slug}'`,
  ],
  [
    'deleted',
    (slug: string) =>
      `DELETE FROM kb_edges WHERE source_slug = '${slug}'; DELETE FROM kb_entities WHERE slug = '${slug}'`,
  ],
])('an entity that is %s', (how, takeBack) => {
  const slug = `taken-${how.replaceAll(' ', '-')}`
  let known: Awaited<ReturnType<typeof publish>>
  beforeAll(async () => {
    known = await publish(slug)
  })

  test('disappears from every past moment, and the feed reports only its removal', async () => {
    const before = await api.query(doors(slug, known))
    expect(before.entity.title).toContain(secret)
    expect(toldOf(before, slug).map(({ operation }) => operation)).toEqual(['ADDED', 'ADDED'])
    await write(takeBack(slug))
    const after = await api.query(doors(slug, known))
    expect(JSON.stringify(after)).not.toContain(secret)
    expect([after.entity, after.node, after.revision, after.entities.totalCount]).toEqual([
      null,
      null,
      null,
      0,
    ])
    const edge = `${slug}|knows|spain`
    expect(toldOf(after, slug).toSorted((a, b) => (a.subjectKey < b.subjectKey ? -1 : 1))).toEqual([
      removed(slug),
      removed(edge),
    ])
  })

  test('stays visible to editors', async () => {
    const { body } = await api.askAs('EDITOR', doors(slug, known))
    expect(body.errors).toBeUndefined()
    const data = body.data as any // eslint-disable-line @typescript-eslint/no-explicit-any
    expect(data.entity.title).toContain(secret)
    expect(data.revision.state.title).toContain(secret)
    expect(toldOf(data, slug)[0]).toMatchObject({ operation: 'ADDED', patch: [{ value: { slug } }] })
  })
})

test('hides a deleted edge in the past, even if both ends are public', async () => {
  const { moment } = await publish('stays')
  const query = `{ edges(where: {source: {slug: {eq: "stays"}}}, asOf: {at: "${moment}"}) { nodes { label } } }`
  expect((await api.query(query)).edges.nodes).toEqual([{ label: secret }])
  await write(`DELETE FROM kb_edges WHERE source_slug = 'stays'`)
  expect((await api.query(query)).edges.nodes).toEqual([])
})

test('shows the public past of republished content again, without its drafts', async () => {
  const known = await publish('comes-back')
  await write(
    `UPDATE kb_entities SET status = 'DRAFT', title = 'Hidden ${secret}', revision = 2 WHERE slug = 'comes-back'`,
  )
  await later()
  const hidden = await now()
  await later()
  await write(
    `UPDATE kb_entities SET status = 'PUBLISHED', title = 'Now', revision = 3 WHERE slug = 'comes-back'`,
  )
  const { then, between, entity } = await api.query(`{
    then: entity(by: {slug: "comes-back"}, asOf: {at: "${known.moment}"}) { title }
    between: entity(by: {slug: "comes-back"}, asOf: {at: "${hidden}"}) { title }
    entity(by: {slug: "comes-back"}) { title revisions { nodes { state } } } }`)
  expect([then.title, between, entity.title]).toEqual([`${secret} comes-back`, null, 'Now'])
  expect(JSON.stringify(entity.revisions)).not.toContain('Hidden')
})

test('reveals only the old slug when content is withdrawn and renamed at once', async () => {
  await publish('old-name')
  await write(
    `UPDATE kb_entities SET status = 'DRAFT', slug = '${secret}-name', revision = 2 WHERE slug = 'old-name'`,
  )
  const { changes } = await api.query(
    '{ changes(first: 100) { edges { node { operation subjectKey patch } } } }',
  )
  expect(JSON.stringify(changes)).not.toContain(`${secret}-name`)
  expect(
    toldOf({ changes }, 'old-name')
      .map(({ subjectKey }) => subjectKey)
      .toSorted(),
  ).toEqual(['old-name', 'old-name|knows|spain'])
})

test('reports a removal to filtered followers, without revealing the content', async () => {
  const known = await publish('followed')
  const subscription = `subscription ($where: EntityFilter) { graphChanged(where: $where) { node { operation subjectKey patch } } }`
  const follow = (where: object) =>
    followEvents<{ data: { graphChanged: { node: Told } } }>(api.server.url, subscription, { where }, {})
  const fits = await follow({ title: { contains: secret } })
  const other = await follow({ title: { contains: 'nothing of the kind' } })
  await new Promise((resolve) => setTimeout(resolve, 300))
  await write(`UPDATE kb_entities SET status = 'DRAFT', revision = 2 WHERE slug = 'followed'`)
  for (const one of [fits, other]) {
    const heard = [(await one.next()).data.graphChanged.node, (await one.next()).data.graphChanged.node]
    expect(heard.toSorted((a, b) => (a.subjectKey < b.subjectKey ? -1 : 1))).toEqual([
      removed('followed'),
      removed('followed|knows|spain'),
    ])
    one.close()
  }
  const filtered = `{ entities(where: {title: {contains: "${secret}"}, slug: {eq: "followed"}}, asOf: {at: "${known.moment}"}) { totalCount } }`
  expect((await api.query(filtered)).entities.totalCount).toBe(0)
})

describe('a provenance run', () => {
  const runOf = async (work: string): Promise<string> => {
    const { rows } = await write(
      `INSERT INTO kb_provenance_runs (key, tool, status) VALUES ('run/' || gen_random_uuid(), 'test', 'SUCCEEDED') RETURNING id, key`,
    )
    await withTransaction(api.database.pool, 'READ COMMITTED', async (client) => {
      await client.query(`SELECT set_config('kb.run', $1, true)`, [rows[0].id])
      await client.query(work)
    })
    return rows[0].key as string
  }
  const ask = async (key: string) =>
    await api.query(
      `{ provenanceRun(by: {key: "${key}"}) { key } provenanceRuns(tool: {eq: "test"}) { totalCount nodes { key } } }`,
    )

  test('is public while something it changed is public', async () => {
    const key = await runOf(`INSERT INTO kb_entities (slug, kind_key, title, status, content_hash)
      VALUES ('by-a-run', 'country', 'By a run', 'PUBLISHED', repeat('0', 64))`)
    expect(await ask(key)).toEqual({
      provenanceRun: { key },
      provenanceRuns: { totalCount: 1, nodes: [{ key }] },
    })
    await write(`UPDATE kb_entities SET status = 'DRAFT', revision = 2 WHERE slug = 'by-a-run'`)
    expect(await ask(key)).toEqual({ provenanceRun: null, provenanceRuns: { totalCount: 0, nodes: [] } })
  })

  test('that only changed a draft stays hidden when another run publishes it', async () => {
    const key = await runOf(`INSERT INTO kb_entities (slug, kind_key, title, status, content_hash)
      VALUES ('draft-by-a-run', 'country', 'Draft', 'DRAFT', repeat('0', 64))`)
    await write(`UPDATE kb_entities SET status = 'PUBLISHED', revision = 2 WHERE slug = 'draft-by-a-run'`)
    expect((await ask(key)).provenanceRun).toBeNull()
  })
})
