import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SettingsError } from '../../src/errors.ts'
import { readLedger } from '../../src/database/operations/ledger.ts'
import type { RunMigrationOptions } from '../../src/ops/migrations/migration-request.ts'
import { operationSummarySchema } from '../../src/ops/run/summary.ts'
import { runMigration } from '../../src/ops/migrations/run-migration.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createMigrationFolder, type MigrationFolder } from '../support/migration-folder.ts'
import { createOpsContext } from '../support/ops-context.ts'

let database: TestDatabase
let folder: MigrationFolder
beforeEach(async () => {
  database = await createTestDatabase()
  folder = createMigrationFolder()
})
afterEach(async () => {
  folder.remove()
  await database.drop()
})

const name = '20260101_1_test_to_neon_domains'
const addDomains = `async ({ sql }) => {
  await sql("INSERT INTO kb_domains (key, label, position) VALUES ('build', 'Build', 1), ('notes', 'Notes', 2)")
}`
const run = (options: Partial<RunMigrationOptions> = {}) =>
  runMigration(createOpsContext(database), { name, apply: false, folder: folder.path, ...options })
const rows = async (sql: string) => (await database.pool.query<Record<string, unknown>>(sql)).rows
const domains = () => rows('SELECT key, label FROM kb_domains ORDER BY key')
const ledger = () => readLedger(database.pool)

describe('a migration', () => {
  test('is a dry run by default: counts the changes and keeps only its ledger row', async () => {
    folder.write(name, { up: addDomains })
    const summary = await run()
    expect(operationSummarySchema.parse(summary)).toEqual(summary)
    expect(summary).toMatchObject({
      operation: 'migration',
      name,
      mode: 'dry-run',
      status: 'succeeded',
      counts: { before: { kb_domains: 0 }, after: { kb_domains: 2 }, inserted: { kb_domains: 2 } },
      planHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      resultHash: null,
      report: {
        alreadyApplied: false,
        changeTotals: { added: 2, changed: 0, removed: 0 },
        changes: [
          {
            operation: 'ADDED',
            subjectType: 'Domain',
            subjectKey: 'build',
            patch: [{ op: 'add', value: { label: 'Build' } }],
          },
          { operation: 'ADDED', subjectKey: 'notes' },
        ],
      },
    })
    expect(await domains()).toEqual([])
    expect(await ledger()).toMatchObject([
      { id: summary.ledgerId, name, mode: 'DRY_RUN', planHash: summary.planHash },
    ])
  })

  test('is applied as planned; a second time it returns the previous result and writes nothing', async () => {
    folder.write(name, { up: addDomains })
    const { planHash } = await run()
    const applied = await run({ apply: true, planHash })
    expect(applied).toMatchObject({
      status: 'succeeded',
      mode: 'apply',
      planHash,
      report: { alreadyApplied: false },
    })
    expect(await domains()).toHaveLength(2)
    const before = await ledger()
    const again = await run({ apply: true, planHash })
    expect(again).toMatchObject({
      status: 'succeeded',
      resultHash: applied.resultHash,
      ledgerId: applied.ledgerId,
      report: { alreadyApplied: true },
    })
    expect(await run()).toMatchObject({ report: { alreadyApplied: true }, planHash })
    expect(await ledger()).toEqual(before)
    expect(before.map(({ mode }) => mode)).toEqual(['DRY_RUN', 'APPLY'])
  })

  test('refuses an outdated plan and returns a new one', async () => {
    folder.write(name, { up: addDomains })
    const { planHash } = await run()
    await database.pool.query("INSERT INTO kb_domains (key, label) VALUES ('other', 'Other')")
    const refused = await run({ apply: true, planHash })
    expect(refused).toMatchObject({
      status: 'refused',
      counts: { before: { kb_domains: 1 }, inserted: { kb_domains: 2 }, unchanged: { kb_domains: 1 } },
      findings: [{ code: 'operation.plan-mismatch' }],
      report: { givenPlanHash: planHash },
    })
    expect(refused.planHash).not.toBe(planHash)
    expect(await domains()).toHaveLength(1)
    expect(await run({ apply: true, planHash: refused.planHash })).toMatchObject({ status: 'succeeded' })
  })

  test('evaluates all preconditions and lists every one that fails or cannot be evaluated', async () => {
    folder.write(name, {
      up: addDomains,
      preconditions: `[
        { name: 'the moon is full', check: () => ({ holds: false, detail: 'it is not', expected: 1, actual: 0.5 }) },
        { name: 'a table is there', check: ({ sql }) => sql('SELECT * FROM nowhere') },
        { name: 'nothing is wrong', check: async ({ sql }) => ({ holds: (await sql('SELECT 1 AS one')).rows[0].one === 1, detail: 'fine' }) },
      ]`,
    })
    const summary = await run({ apply: true })
    expect(summary.status).toBe('refused')
    expect(summary.report['preconditions']).toMatchObject([
      { name: 'the moon is full', status: 'FAIL', detail: 'it is not', expected: 1, actual: 0.5 },
      { name: 'a table is there', status: 'FAIL', detail: expect.stringContaining('nowhere') as string },
      { name: 'nothing is wrong', status: 'PASS' },
    ])
    expect(summary.findings[0]?.message).toMatch(/the moon is full .*a table is there/)
    expect(await ledger()).toEqual([])
  })

  test('runs again with force and a reason, which is recorded in the ledger', async () => {
    folder.write(name, {
      up: `async ({ sql, isForced, reason }) => {
        await sql("INSERT INTO kb_domains (key, label) VALUES ('build', $1) ON CONFLICT (key) DO UPDATE SET label = excluded.label", [isForced ? reason : 'Build'])
      }`,
    })
    await run({ apply: true })
    await expect(run({ apply: true, force: true })).rejects.toThrow(SettingsError)
    const forced = await run({ apply: true, force: true, reason: 'the label was wrong' })
    expect(forced).toMatchObject({
      counts: { updated: { kb_domains: 1 } },
      report: {
        changes: [
          { operation: 'CHANGED', patch: [{ op: 'replace', path: '/label', value: 'the label was wrong' }] },
        ],
      },
    })
    expect(await domains()).toEqual([{ key: 'build', label: 'the label was wrong' }])
    expect((await ledger()).map(({ reason }) => reason)).toEqual([null, 'the label was wrong'])
  })

  test('makes the same plan twice despite random ids and passing time', async () => {
    folder.write(name, {
      writes: "['kb_kinds', 'kb_entities', 'kb_entity_tags']",
      up: `async ({ sql }) => {
        await sql("INSERT INTO kb_kinds (key, label) VALUES ('thing', 'Thing')")
        await sql("INSERT INTO kb_entities (slug, kind_key, title, status, content_hash) SELECT 'e' || n, 'thing', 'E' || n, 'PUBLISHED', repeat('0', 64) FROM generate_series(1, 3) n")
        await sql("INSERT INTO kb_entity_tags (entity_id, tag) SELECT id, slug || '-tag' FROM kb_entities")
      }`,
    })
    const first = await run()
    const second = await run()
    expect(second.planHash).toBe(first.planHash)
    expect(await run({ apply: true, planHash: first.planHash })).toMatchObject({ status: 'succeeded' })
    folder.write('20260102_1_test_to_neon_tags', {
      writes: "['kb_entities', 'kb_entity_tags']",
      up: `async ({ sql }) => { await sql("INSERT INTO kb_entity_tags (entity_id, tag) SELECT id, 'more' FROM kb_entities WHERE slug = 'e1'") }`,
    })
    const other = { name: '20260102_1_test_to_neon_tags' }
    const { planHash } = await run(other)
    expect((await run({ ...other, apply: true, planHash })).status).toBe('succeeded')
  })

  test('that fails leaves nothing but a recorded run', async () => {
    folder.write(name, {
      up: `async (ctx) => { await (${addDomains})(ctx); throw new Error('the third is missing') }`,
    })
    expect(await run({ apply: true })).toMatchObject({
      status: 'failed',
      findings: [{ code: 'operation.failed', message: 'the third is missing' }],
    })
    expect(await domains()).toEqual([])
    expect(await ledger()).toEqual([])
    expect(await rows(`SELECT status, mode FROM admin_runs`)).toEqual([{ status: 'FAILED', mode: 'APPLY' }])
  })

  test.each([
    ['COMMIT', `sql('/* a */ COMMIT')`, /must not run COMMIT/],
    ['two statements at once', `sql('SELECT 1; COMMIT')`, /multiple commands/],
  ])('cannot leave its transaction by %s', async (_what, statement, message) => {
    folder.write(name, {
      up: `async ({ sql }) => { await sql("INSERT INTO kb_domains (key, label) VALUES ('a', 'A')"); await ${statement} }`,
    })
    const summary = await run({ apply: true })
    expect(summary.status).toBe('failed')
    expect(summary.findings[0]?.message).toMatch(message)
    expect(await domains()).toEqual([])
  })

  test('must not write an undeclared table, not even by a cascade', async () => {
    folder.write(name, {
      writes: "['kb_entities']",
      up: `async ({ sql }) => {
        await sql("INSERT INTO kb_kinds (key, label) VALUES ('thing', 'Thing')")
        await sql("UPDATE kb_domains SET label = label")
      }`,
    })
    const summary = await run({ apply: true })
    expect(summary).toMatchObject({
      status: 'failed',
      findings: [
        { message: expect.stringMatching(/wrote to `kb_kinds`, which `writes` does not list/) as string },
      ],
    })
    expect(await rows('SELECT 1 FROM kb_kinds')).toEqual([])
  })

  test('accepts only declared parameters, which are part of the plan', async () => {
    folder.write(name, {
      parameters: `{ label: { description: 'what it is called', values: ['A', 'B'], default: 'A' } }`,
      up: `async ({ sql, parameters }) => { await sql("INSERT INTO kb_domains (key, label) VALUES ('x', $1)", [parameters.label]) }`,
    })
    await expect(run({ parameters: { labl: 'A' } })).rejects.toThrow(/no parameter `labl`.*has label/)
    await expect(run({ parameters: { label: 'C' } })).rejects.toThrow(/must be A or B/)
    const { planHash } = await run({ parameters: { label: 'B' } })
    expect(await run({ apply: true, planHash })).toMatchObject({ status: 'refused' })
    expect(await run({ apply: true, planHash, parameters: { label: 'B' } })).toMatchObject({
      status: 'succeeded',
    })
  })

  test.each([
    ['has imports', `import 'node:fs'\nexport default {}`, /has imports/],
    ['has dynamic imports', `export default { up: () => import('node:fs') }`, /has imports/],
    [
      'is not a migration',
      `export default { up: 1 }`,
      /`description` is not a string; .*`up` is not a function/,
    ],
    ['does not parse', `export default {`, /cannot be loaded/],
  ])('is refused if its file %s', async (_what, text, message) => {
    folder.writeText(name, text)
    const summary = await run()
    expect(summary.status).toBe('refused')
    expect(summary.findings[0]?.message).toMatch(message)
  })

  test('with an unknown name is a usage error that suggests the closest name', async () => {
    folder.write(name)
    await expect(run({ name: 'kb-backfil' })).rejects.toThrow(/Did you mean `kb-backfill`/)
    await expect(run({ name: 'x', planHash: 'y' })).rejects.toThrow(/--plan/)
  })

  test('that is stopped during a long statement ends at once and is rolled back', async () => {
    folder.write(name, {
      up: `async (ctx) => { await (${addDomains})(ctx); await ctx.sql('SELECT pg_sleep(600)') }`,
    })
    const controller = new AbortController()
    const ctx = createOpsContext(database, {}, { signal: controller.signal })
    const stopSoon = (step: string) =>
      void (step === 'work-begun' && setTimeout(() => controller.abort(), 300))
    const summary = await runMigration(ctx, { name, apply: true, folder: folder.path, onStep: stopSoon })
    expect(summary).toMatchObject({ status: 'failed', findings: [{ code: 'operation.canceled' }] })
    expect(await domains()).toEqual([])
    expect(
      await rows(
        `SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND state = 'active' AND pid <> pg_backend_pid()`,
      ),
    ).toEqual([])
  })

  test('takes a backup before writing on request, but not for a dry run or if already applied', async () => {
    folder.write(name, { up: addDomains })
    const env = { BACKUP_OUTPUT_PATH: join(folder.path, 'backups') }
    const backUp = (apply: boolean) =>
      runMigration(createOpsContext(database, env), { name, apply, folder: folder.path, backupFirst: true })
    expect((await backUp(false)).report['backup']).toBeNull()
    const { report } = await backUp(true)
    const { directory, graphHash } = report['backup'] as { directory: string; graphHash: string }
    expect(graphHash).toMatch(/^[0-9a-f]{64}$/)
    // As it was before: without the domains.
    expect(await readFile(join(directory, 'kb_domains.copy'), 'utf8')).not.toContain('build')
    expect((await backUp(true)).report['backup']).toBeNull()
    expect(await readdir(env.BACKUP_OUTPUT_PATH)).toHaveLength(1)
  })

  test('waits for another migration for a limited time and reports that there is nothing to unlock', async () => {
    folder.write(name, { up: addDomains })
    let second: Promise<unknown> = Promise.resolve()
    await run({
      apply: true,
      onStep: async (step) => {
        if (step !== 'work-begun') return
        second = run({ apply: true, lockWaitMs: 300 })
        await second
      },
    })
    expect(await second).toMatchObject({
      status: 'busy',
      findings: [
        {
          code: 'operation.already-running',
          message: expect.stringContaining('there is nothing to unlock') as string,
        },
      ],
      report: { running: expect.any(String) as string },
    })
    expect(await domains()).toHaveLength(2)
  })
})
