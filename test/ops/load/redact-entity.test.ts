import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkLedger } from '../../../src/ops/migrations/check-ledger.ts'
import { createBackup } from '../../../src/ops/backup/create.ts'
import type { OpsContext } from '../../../src/ops/run/context.ts'
import { redactEntity, type RedactOptions, type RedactReport } from '../../../src/ops/load/redact-entity.ts'
import { runBackupDrill } from '../../../src/ops/backup/drill.ts'
import { createContentStore } from '../../../src/storage/content-store.ts'
import { startGraphApi, type GraphApi } from '../../support/graph-api.ts'
import { createOpsContext } from '../../support/ops-context.ts'
import { readAllRows } from '../../support/table-rows.ts'

const patience = 60_000
const secret = 'ceruleanwhisper'

let api: GraphApi
let ctx: OpsContext
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kb-redact-'))
  api = await startGraphApi(undefined, undefined, { env: { BACKUP_OUTPUT_PATH: folder } })
  ctx = createOpsContext(api.database, { BACKUP_OUTPUT_PATH: folder })
}, patience)
afterAll(async () => {
  await api.stop()
  await rm(folder, { recursive: true, force: true })
})

const sql = (text: string, values: unknown[] = []) => api.database.pool.query(text, values)
const redact = async (options: RedactOptions) => {
  const summary = await redactEntity(ctx, options)
  return { ...summary, report: summary.report as unknown as RedactReport }
}
/** All of the database as one text. */
const everything = async () => {
  const tables = await sql(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename ~ '^(kb|admin)_' ORDER BY 1`,
  )
  const texts: string[] = []
  for (const { name } of tables.rows as { name: string }[])
    texts.push(...(await sql(`SELECT t::text AS line FROM ${name} t`)).rows.map(({ line }) => line as string))
  return texts.join('\n')
}
const historyOf = async (id: string) =>
  (
    await sql(
      'SELECT position, subject_key, operation, state, redacted_at IS NOT NULL AS redacted FROM kb_changes WHERE subject_id = $1 ORDER BY position',
      [id],
    )
  ).rows

/** An entity with a history, an edge that came and went, one that stays, and a source; every text holds the secret. */
async function write(slug: string): Promise<{ id: string; goneEdge: string; edge: string }> {
  const { rows } = await sql(
    `INSERT INTO kb_entities (slug, kind_key, title, summary, status, attributes, content_hash)
     VALUES ($1, 'country', $2, $2, 'PUBLISHED', jsonb_build_object('note', $2::text), repeat('0', 64)) RETURNING id`,
    [slug, secret],
  )
  const id = rows[0].id as string
  await sql('INSERT INTO kb_entity_tags VALUES ($1, $2)', [id, secret])
  const edge = async (relation: string) =>
    (
      await sql(
        `INSERT INTO kb_edges (relation_key, source_slug, target_slug, label, content_hash) VALUES ($1, $2, 'spain', $3, repeat('1', 64)) RETURNING id`,
        [relation, slug, secret],
      )
    ).rows[0].id as string
  const goneEdge = await edge('knows')
  await sql('DELETE FROM kb_edges WHERE id = $1', [goneEdge])
  const kept = await edge('speaks')
  await sql(
    `INSERT INTO kb_entity_sources (entity_id, run_id, uri, excerpt) SELECT $1, id, 'https://example.org/' || $2, $3 FROM kb_provenance_runs WHERE key = 'import/1'`,
    [id, slug, secret],
  )
  await sql(
    `INSERT INTO kb_entity_sources (edge_id, run_id, uri, excerpt) SELECT $1, id, 'https://example.org/edge/' || $2, $3 FROM kb_provenance_runs WHERE key = 'import/1'`,
    [kept, slug, secret],
  )
  await sql(
    `INSERT INTO admin_idempotency_keys (actor, operation, key, input_hash, result) VALUES ('a', 'upsertGraph', $1, repeat('2', 64), $2)`,
    [id, JSON.stringify({ changes: [{ subjectKey: slug, patch: [secret] }] })],
  )
  return { id, goneEdge, edge: kept }
}

async function isWhole(): Promise<void> {
  expect((await checkLedger(ctx)).findings).toEqual([])
  const count = async () => (await sql('SELECT count(*)::int AS n FROM kb_changes')).rows
  const before = await count()
  await sql('SELECT kb_sync_history(clock_timestamp())')
  expect(await count()).toEqual(before)
}

describe('a redaction', () => {
  test('dry run reports what it would erase and writes nothing', async () => {
    const { id } = await write('planned')
    const before = await readAllRows(api.database.pool)
    const { outcome, status, counts, planHash, warnings, report } = await redact({ slug: 'planned' })
    expect([status, outcome, report.isPresent]).toEqual(['succeeded', null, true])
    expect(counts.deleted).toEqual({ kb_entities: 1, kb_edges: 1 })
    // The entity added, tagged and removed; two edges added and removed.
    expect(counts.updated).toEqual({ kb_changes: 7 })
    expect(planHash).toMatch(/^[0-9a-f]{64}$/)
    expect(warnings[0]).toContain('--apply --reason')
    expect(await readAllRows(api.database.pool)).toEqual(before)
    expect((await historyOf(id)).every(({ redacted }) => !redacted)).toBe(true)
  })

  test(
    'erases every text of the entity, keeps its places in the feed, and leaves everything intact',
    async () => {
      const { id, goneEdge, edge } = await write('erased')
      await redact({ slug: 'planned', apply: true, reason: 'not this one' })
      expect(await everything()).toContain(secret)
      const places = (await historyOf(id)).map(({ position }) => position)
      const { status, counts, ledgerId } = await redact({
        slug: 'erased',
        apply: true,
        reason: 'request of 3 May',
      })
      expect(status).toBe('succeeded')
      expect(counts.deleted).toEqual({ kb_entities: 1, kb_edges: 1, admin_idempotency_keys: 1 })
      expect(await everything()).not.toContain(secret)
      expect(await historyOf(id)).toEqual([
        ...places.map((position) => ({
          position,
          subject_key: 'erased',
          operation: expect.anything(),
          state: null,
          redacted: true,
        })),
        {
          position: expect.anything(),
          subject_key: 'erased',
          operation: 'REMOVED',
          state: null,
          redacted: true,
        },
      ])
      for (const one of [goneEdge, edge])
        expect((await historyOf(one)).map(({ operation, redacted }) => [operation, redacted])).toEqual([
          ['ADDED', true],
          ['REMOVED', true],
        ])
      const { rows } = await sql(
        `SELECT m.reason, m.name, (SELECT count(*)::int FROM kb_changes c WHERE c.content_hash = m.checksum) AS erased FROM admin_migrations m WHERE id = $1`,
        [ledgerId],
      )
      expect(rows).toEqual([{ reason: 'request of 3 May', name: 'redaction', erased: 7 }])
      const audit = await sql(
        `SELECT target_key, details->>'reason' AS reason FROM admin_audit WHERE operation = 'redactEntity' ORDER BY id DESC LIMIT 1`,
      )
      expect(audit.rows).toEqual([{ target_key: 'erased', reason: 'request of 3 May' }])
      await isWhole()
      expect((await runBackupDrill(ctx)).outcome).toBe('PASS')
    },
    patience,
  )

  test('reaches followers as a removal, and leaves editors nothing in the past', async () => {
    await write('followed')
    const moment = (await sql('SELECT clock_timestamp() AS now')).rows[0].now.toISOString() as string
    await new Promise((resolve) => setTimeout(resolve, 5))
    const question = `{ changes(first: 100) { edges { node { operation subjectKey patch } } }
      entity(by: {slug: "followed"}, asOf: {at: "${moment}"}) { title }
      spain: entity(by: {slug: "spain"}, asOf: {at: "${moment}"}) { degree } }`
    await redact({ slug: 'followed', apply: true, reason: 'test' })
    for (const role of ['EDITOR', 'PUBLIC'] as const) {
      const { body } = role === 'EDITOR' ? await api.askAs(role, question) : await api.server.ask(question)
      expect(body.errors).toBeUndefined()
      const data = body.data as any // eslint-disable-line @typescript-eslint/no-explicit-any
      expect(data.entity).toBeNull()
      expect(data.spain.degree).toBeGreaterThan(0)
      const told = data.changes.edges.map(({ node }: { node: { subjectKey: string } }) => node)
      const own = told.filter(({ subjectKey }: { subjectKey: string }) => subjectKey === 'followed')
      expect(own).toEqual([
        { operation: 'REMOVED', subjectKey: 'followed', patch: [{ op: 'remove', path: '' }] },
      ])
    }
  })

  test('can keep the entity and erase its history', async () => {
    const { id, edge } = await write('corrected')
    await sql(
      `UPDATE kb_entities SET title = 'Right', summary = NULL, attributes = '{}', revision = 2 WHERE id = $1`,
      [id],
    )
    await sql('DELETE FROM kb_entity_tags WHERE entity_id = $1', [id])
    await sql(`UPDATE kb_edges SET label = 'right', revision = 2 WHERE id = $1`, [edge])
    const { counts } = await redact({ slug: 'corrected', keepEntity: true, apply: true, reason: 'a slip' })
    expect(counts.updated).toMatchObject({ kb_entity_sources: 2 })
    expect(await everything()).not.toContain(secret)
    const { entity } = await api.query(
      '{ entity(by: {slug: "corrected"}) { title revisions { nodes { state } } edges { nodes { label } } sources { totalCount } } }',
    )
    expect(entity).toMatchObject({
      title: 'Right',
      edges: { nodes: [{ label: 'right' }] },
      sources: { totalCount: 1 },
    })
    expect(entity.revisions.nodes).toHaveLength(1)
    await isWhole()
  })

  test('works for deleted entities and former slugs', async () => {
    const { id, edge } = await write('first-name')
    await sql(`UPDATE kb_entities SET slug = 'last-name', revision = 2 WHERE id = $1`, [id])
    // Somebody else takes the slug that became free.
    const other = await write('first-name')
    await sql('DELETE FROM kb_edges WHERE id = $1', [edge])
    await sql('DELETE FROM kb_entities WHERE id = $1', [id])
    const { status, report } = await redact({ slug: 'last-name', apply: true, reason: 'test' })
    expect([status, report.isPresent]).toEqual(['succeeded', false])
    for (const { subject_key, redacted } of [...(await historyOf(id)), ...(await historyOf(edge))])
      expect([redacted, subject_key]).toEqual([true, expect.stringContaining('last-name')])
    expect((await historyOf(other.id)).some(({ redacted }) => redacted)).toBe(false)
    expect((await historyOf(other.goneEdge)).some(({ redacted }) => redacted)).toBe(false)
    await redact({ slug: 'first-name', apply: true, reason: 'test' })
  })

  test(
    'lists what it cannot reach: backups, content versions, runs',
    async () => {
      const early = await createBackup(ctx)
      await new Promise((resolve) => setTimeout(resolve, 1100))
      await write('named')
      const later = await createBackup(ctx)
      const store = createContentStore(ctx.storage.driver)
      await store.save({
        change: { state: { constellation: { nodes: [{ id: 'named' }] } } },
        expectedVersion: (await ctx.storage.driver.readHead())?.version ?? 0,
        actor: 'ada',
      })
      const { report, warnings } = await redact({ slug: 'named' })
      expect(report.backups).toContain(later.manifest.id)
      expect(report.backups).not.toContain(early.manifest.id)
      expect(report.contentVersions).toEqual([1])
      expect(warnings.join(' ')).toContain(later.manifest.id)
      await redact({ slug: 'named', apply: true, reason: 'test' })
    },
    patience,
  )

  test('is refused without a reason, for an unknown slug, and for another plan', async () => {
    const { id } = await write('refused')
    const codeOf = async (options: RedactOptions) => (await redact(options)).findings.map(({ code }) => code)
    expect(await codeOf({ slug: 'refused', apply: true, reason: ' ' })).toEqual(['operation.invalid'])
    expect(await codeOf({ slug: 'never-there' })).toEqual(['operation.not-found'])
    const { planHash } = await redact({ slug: 'refused' })
    await sql(`UPDATE kb_entities SET title = 'Other', revision = 2 WHERE id = $1`, [id])
    expect(await codeOf({ slug: 'refused', apply: true, reason: 'test', planHash })).toEqual([
      'operation.plan-mismatch',
    ])
    expect((await historyOf(id)).some(({ redacted }) => redacted)).toBe(false)
    const fresh = await redact({ slug: 'refused' })
    expect(await codeOf({ slug: 'refused', apply: true, reason: 'test', planHash: fresh.planHash })).toEqual(
      [],
    )
  })
})

test('over GraphQL it is for admins, dry run first', async () => {
  await write('by-graphql')
  const mutation = `mutation ($input: RedactEntityInput!) { redactEntity(input: $input) { __typename
    ... on RedactEntitySuccess { planHash backups warnings operation { kind mode status } }
    ... on UserError { code message } } }`
  const ask = async (role: 'OPERATOR' | 'ADMIN', input: object) => {
    const { body } = await api.askAs(role, mutation, {
      input: { slug: 'by-graphql', reason: 'test', ...input },
    })
    return body.data!['redactEntity'] as Record<string, any> // eslint-disable-line @typescript-eslint/no-explicit-any
  }
  expect((await ask('OPERATOR', {})).__typename).toBe('ForbiddenError')
  expect((await ask('ADMIN', { mode: 'APPLY' })).code).toBe('INVALID')
  const plan = await ask('ADMIN', {})
  expect(plan).toMatchObject({ operation: { kind: 'REDACTION', mode: 'DRY_RUN', status: 'SUCCEEDED' } })
  expect(await api.query('{ entity(by: {slug: "by-graphql"}) { title } }')).toEqual({
    entity: { title: secret },
  })
  const done = await ask('ADMIN', { mode: 'APPLY', planHash: plan.planHash })
  expect(done).toMatchObject({ __typename: 'RedactEntitySuccess', operation: { status: 'SUCCEEDED' } })
  expect(await everything()).not.toContain(secret)
})
