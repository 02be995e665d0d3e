import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { applySchemaMigrations } from '../../src/database/schema/apply-migrations.ts'
import { readLedger } from '../../src/database/operations/ledger.ts'
import { readMigrationFiles } from '../../src/database/schema/migration-files.ts'
import { readSchemaState } from '../../src/database/schema/state.ts'
import { runMigration } from '../../src/ops/migrations/run-migration.ts'
import { createEmptyDatabase, type TestDatabase } from '../support/database.ts'
import { createOpsContext } from '../support/ops-context.ts'

let database: TestDatabase
beforeEach(async () => {
  database = await createEmptyDatabase()
})
afterEach(() => database.drop())

const run = (options: { apply?: boolean; planHash?: string | null } = {}) =>
  runMigration(createOpsContext(database), { name: 'kb-schema', apply: false, ...options })
const files = readMigrationFiles()
const names = files.map(({ name }) => name)
const tables = async () =>
  (await database.pool.query(`SELECT 1 FROM information_schema.tables WHERE table_schema = 'public'`))
    .rowCount

describe('kb-schema', () => {
  test('dry run on an empty database shows the SQL and leaves the database empty', async () => {
    const summary = await run()
    expect(summary).toMatchObject({
      status: 'succeeded',
      mode: 'dry-run',
      counts: { before: { _prisma_migrations: 0 }, inserted: { _prisma_migrations: files.length } },
      runId: null,
    })
    const shown = summary.report['schemaMigrations'] as { name: string; sql: string }[]
    expect(shown.map(({ name }) => name)).toEqual(names)
    expect(shown[0]?.sql).toContain('CREATE TABLE "kb_entities"')
    expect(await tables()).toBe(0)
  })

  test('is applied to an empty database as planned, with a row in the ledger it creates', async () => {
    const { planHash } = await run()
    const applied = await run({ apply: true, planHash })
    expect(applied).toMatchObject({
      status: 'succeeded',
      ledgerId: '1',
      counts: { inserted: { _prisma_migrations: files.length } },
    })
    expect((await readSchemaState(database.pool)).pending).toEqual([])
    expect(await readLedger(database.pool)).toMatchObject([
      { name: 'kb-schema', mode: 'APPLY', previousHash: null },
    ])
    const again = await run({ apply: true })
    expect(again).toMatchObject({
      status: 'succeeded',
      report: { alreadyApplied: true },
      resultHash: applied.resultHash,
    })
    expect(await run()).toMatchObject({ report: { alreadyApplied: true } })
    expect(await readLedger(database.pool)).toHaveLength(1)
  })

  test('refuses a plan made before another process applied the first migration', async () => {
    const { planHash } = await run()
    await applySchemaMigrations(database.pool, { files: files.slice(0, 1) })
    expect(await run({ apply: true, planHash })).toMatchObject({
      status: 'refused',
      findings: [{ code: 'operation.plan-mismatch' }],
      counts: { before: { _prisma_migrations: 1 } },
    })
    expect((await readSchemaState(database.pool)).pending).toEqual(names.slice(1))
    expect(await run({ apply: true })).toMatchObject({
      status: 'succeeded',
      counts: { inserted: { _prisma_migrations: files.length - 1 } },
    })
  })

  test('records a schema that the server or Prisma applied, once', async () => {
    await applySchemaMigrations(database.pool)
    expect(await run({ apply: true })).toMatchObject({
      status: 'succeeded',
      ledgerId: '1',
      counts: { inserted: { _prisma_migrations: 0 } },
    })
    expect(await run({ apply: true })).toMatchObject({ report: { alreadyApplied: true } })
  })

  test('applies each migration once with one ledger row, even if run four times at once', async () => {
    const summaries = await Promise.all([1, 2, 3, 4].map(() => run({ apply: true })))
    expect(summaries.map(({ status }) => status)).toEqual([
      'succeeded',
      'succeeded',
      'succeeded',
      'succeeded',
    ])
    expect(await readLedger(database.pool)).toHaveLength(1)
  })

  test('refuses an incompatible history', async () => {
    await applySchemaMigrations(database.pool)
    await database.pool.query(`UPDATE _prisma_migrations SET checksum = 'x' WHERE migration_name = $1`, [
      names[0],
    ])
    const summary = await run({ apply: true })
    expect(summary).toMatchObject({ status: 'refused' })
    expect(summary.findings[0]?.message).toContain(names[0])
  })
})
