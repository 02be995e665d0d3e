import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startGraphApi, type GraphApi } from '../../support/graph-api.ts'
import { createMutations } from '../../support/mutations.ts'
import { readAllRows } from '../../support/table-rows.ts'

let api: GraphApi
let run: ReturnType<typeof createMutations>
beforeAll(async () => {
  api = await startGraphApi()
  run = createMutations(api)
})
afterAll(() => api.stop())

const rows = async (sql: string, values: unknown[] = []) =>
  (await api.database.pool.query<Record<string, any>>(sql, values)).rows // eslint-disable-line @typescript-eslint/no-explicit-any
const entity = (slug: string, more: object = {}) => ({ slug, kind: 'country', title: slug, ...more })
const edge = (source: string, target: string, more: object = {}) => ({
  relation: 'knows',
  source,
  target,
  ...more,
})
const countOf = (result: { counts: { table: string }[] }, table: string) =>
  result.counts.find((count) => count.table === table)

describe('upsertGraph', () => {
  test('reports in a dry run what it would do and leaves no row behind', async () => {
    const before = await readAllRows(api.database.pool)
    const input = { entities: [entity('u1'), entity('u2')], edges: [edge('u1', 'u2'), edge('u2', 'spain')] }
    const dry = await run.upsertGraph(input)
    expect(dry).toMatchObject({ mode: 'DRY_RUN', run: null })
    expect(countOf(dry, 'kb_entities')).toMatchObject({ inserted: 2 })
    expect(countOf(dry, 'kb_edges')).toMatchObject({ inserted: 2 })
    expect(dry.changes.edges).toHaveLength(4)
    expect(dry.changes.edges[0].node).toMatchObject({ operation: 'ADDED', subject: null })
    expect(await readAllRows(api.database.pool)).toEqual(before)
    const applied = await run.upsertGraph({ ...input, mode: 'APPLY' })
    expect(applied.planHash).toBe(dry.planHash)
    expect(applied.counts).toEqual(dry.counts)
    expect(applied.run).toMatchObject({ tool: 'graphql', agent: 'graphql:editor' })
    expect(applied.changes.edges[0].node.subject).toMatchObject({ id: expect.any(String) })
    const read = await api.query(
      '{ entity(by: { slug: "u1" }) { title edges(direction: OUT) { totalCount } } }',
    )
    expect(read).toEqual({ entity: { title: 'u1', edges: { totalCount: 1 } } })
    const [audit] = await rows(`SELECT target_key, details FROM admin_audit WHERE operation = 'upsertGraph'`)
    expect(audit).toMatchObject({ target_key: applied.planHash, details: { changes: 4 } })
  })

  test('changes nothing when repeated, and creates neither a run nor an audit row', async () => {
    const input = {
      mode: 'APPLY',
      entities: [entity('v1', { tags: ['b', 'a'] })],
      edges: [edge('v1', 'spain')],
    }
    await run.upsertGraph(input)
    const before = await readAllRows(api.database.pool)
    const again = await run.upsertGraph(input)
    expect(again).toMatchObject({ run: null, changes: { edges: [] } })
    expect(countOf(again, 'kb_entities')).toMatchObject({ inserted: 0, updated: 0, unchanged: 1 })
    expect(await readAllRows(api.database.pool)).toEqual(before)
  })

  test('replaces each entity’s content but keeps its position on the map', async () => {
    await run.upsertGraph({
      mode: 'APPLY',
      entities: [entity('w1', { summary: 'S', tags: ['a'], attributes: { a: 1 } })],
    })
    await rows(`UPDATE kb_entities SET position_x = 1, position_y = 2, weight = 3 WHERE slug = 'w1'`)
    await run.upsertGraph({ mode: 'APPLY', entities: [entity('w1', { title: 'W' })] })
    const [row] = await rows(
      `SELECT title, summary, attributes, position_x, position_y, weight, revision, kb_tags_of(id) AS tags FROM kb_entities WHERE slug = 'w1'`,
    )
    expect(row).toEqual({ title: 'W', summary: null, attributes: {}, position_x: 1, position_y: 2, weight: 3, revision: 2, tags: [] }) // prettier-ignore
  })

  test('rejects the whole input with every problem', async () => {
    const before = await readAllRows(api.database.pool)
    const result = await run.upsertGraph({
      mode: 'APPLY',
      entities: [
        entity('x1'),
        entity('x1', { kind: 'contry' }),
        entity('x2', { tags: [' '], attributes: [], title: '' }),
      ],
      edges: [
        edge('x1', 'nobody'),
        edge('x1', 'x2', { relation: 'nose' }),
        edge('x1', 'x2', { weight: 1 }),
        edge('x1', 'x2', { weight: 2 }),
      ],
    })
    expect(
      result.issues.map(({ pointer, rule }: { pointer: string; rule: string }) => `${pointer} ${rule}`),
    ).toEqual([
      '/entities/1/kind kind.known',
      '/entities/1/slug slug.distinct',
      '/entities/2/title title.blank',
      '/entities/2/tags/0 tag.blank',
      '/entities/2/attributes json.object',
      '/edges/0/target entity.known',
      '/edges/1/relation relation.known',
      '/edges/3 edge.distinct',
    ])
    expect(await readAllRows(api.database.pool)).toEqual(before)
    const unknown = await run.upsertGraph({ mode: 'APPLY', entities: [entity('x3')], run: 'nonsense' })
    expect(unknown.issues).toMatchObject([{ pointer: '/run', rule: 'run.known' }])
  })

  test('an edge of a symmetric relation counts once, whichever way it is given', async () => {
    const borders = { relation: 'borders' }
    const result = await run.upsertGraph({
      mode: 'APPLY',
      entities: [entity('y1'), entity('y2')],
      edges: [edge('y1', 'y2', borders), edge('y2', 'y1', borders)],
    })
    expect(countOf(result, 'kb_edges')).toMatchObject({ inserted: 1 })
  })

  test('belongs to the run that is named', async () => {
    const [found] = await rows(`SELECT id FROM kb_provenance_runs WHERE key = 'edit/2'`)
    const { provenanceRun } = await api.query('{ provenanceRun(by: { key: "edit/2" }) { id } }')
    await run.upsertGraph({ mode: 'APPLY', entities: [entity('z1')], run: provenanceRun.id })
    const [change] = await rows(`SELECT run_id FROM kb_changes WHERE subject_key = 'z1'`)
    expect(change).toEqual({ run_id: found!['id'] })
  })
})

describe('an idempotency key', () => {
  const input = (slug: string) => ({ mode: 'APPLY', entities: [entity(slug)], idempotencyKey: `key-${slug}` })

  test('returns the same result again and does nothing', async () => {
    const first = await run.upsertGraph(input('k1'))
    await run.updateEntity({ by: { slug: 'k1' }, expectedRevision: 1, title: 'Changed since' })
    const second = await run.upsertGraph(input('k1'))
    expect(second).toEqual(first)
    expect(await rows(`SELECT title FROM kb_entities WHERE slug = 'k1'`)).toEqual([
      { title: 'Changed since' },
    ])
  })

  test('is used once under concurrency', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => run.upsertGraph(input('k2'))))
    for (const answer of answers) expect(answer).toEqual(answers[0])
    expect(await rows(`SELECT FROM kb_changes WHERE subject_key = 'k2'`)).toHaveLength(1)
  })

  test('is refused for another input, and free again after a day', async () => {
    await run.upsertGraph(input('k3'))
    const other = await run.upsertGraph({ ...input('k3'), entities: [entity('k3', { title: 'Other' })] })
    expect(other.issues).toMatchObject([{ pointer: '/idempotencyKey', rule: 'key.reused' }])
    await rows(
      `UPDATE admin_idempotency_keys SET created_at = now() - interval '25 hours' WHERE key = 'key-k3'`,
    )
    const later = await run.upsertGraph({ ...input('k3'), entities: [entity('k3', { title: 'Other' })] })
    expect(countOf(later, 'kb_entities')).toMatchObject({ updated: 1 })
  })

  test('is not used up by a failure or a dry run', async () => {
    const wrong = await run.upsertGraph({ ...input('k4'), entities: [entity('k4', { kind: 'contry' })] })
    expect(wrong.code).toBe('INVALID')
    await run.upsertGraph({ ...input('k4'), mode: 'DRY_RUN', entities: [entity('k4', { title: 'Dry' })] })
    expect(countOf(await run.upsertGraph(input('k4')), 'kb_entities')).toMatchObject({ inserted: 1 })
  })
})
