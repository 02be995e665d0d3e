import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operationSummarySchema, type OperationSummary } from '../../src/ops/run/summary.ts'
import { createContentStore } from '../../src/storage/content-store.ts'
import { createNeonDriver } from '../../src/storage/drivers/neon.ts'
import { createEmptyDatabase, type TestDatabase } from '../support/database.ts'
import { runKbHere } from '../support/run-kb.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'

let database: TestDatabase
let backups: string
beforeAll(async () => {
  database = await createEmptyDatabase()
  backups = mkdtempSync(join(tmpdir(), 'kb-migrate-'))
})
afterAll(async () => {
  await database.drop()
  rmSync(backups, { recursive: true, force: true })
})

const kb = (args: string[], env: Record<string, string> = {}) =>
  runKbHere(args, { DATABASE_URL: database.url, BACKUP_OUTPUT_PATH: backups, ...env })
const summaryOf = ({ stdout }: { stdout: string }): OperationSummary =>
  operationSummarySchema.parse(JSON.parse(stdout))
const save = async (state: object) => {
  const driver = createNeonDriver(database.pool)
  const expectedVersion = (await driver.readHead())?.version ?? 0
  await createContentStore(driver).save({ change: { state: state as never }, expectedVersion, actor: 'ada' })
}

describe('kb migrate', () => {
  test('shows the SQL of the schema and applies it to an empty database; exit 0, and 0 again', async () => {
    const dry = await kb(['migrate', 'kb-schema'])
    expect(dry.code).toBe(0)
    expect(dry.stdout).toMatch(
      /^-- \d+_init \(SHA-256 [0-9a-f]{64}\)\n[^]*CREATE TABLE "kb_entities"[^]*migration kb-schema \(dry-run\): succeeded/,
    )
    const { planHash } = summaryOf(await kb(['migrate', 'kb-schema', '--json']))
    const applied = await kb(['migrate', 'kb-schema', '--apply', '--plan', planHash!])
    expect(applied).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('(apply): succeeded') as string,
    })
    expect(await kb(['migrate', 'kb-schema', '--apply'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('already applied') as string,
    })
  })

  test.each([
    ['an unknown name', ['nothing'], /Unknown migration `nothing`/],
    ['a plan without --apply', ['kb-backfill', '--plan', 'a'.repeat(64)], /`--plan` needs `--apply`/],
    ['force without a reason', ['kb-backfill', '--apply', '--force'], /needs `--reason/],
    ['an unknown parameter', ['kb-backfill', '--param', 'a=b'], /no parameter `a`/],
    ['a parameter without a value', ['kb-backfill', '--param', 'a'], /key=value/],
    [
      'a forced schema migration',
      ['kb-schema', '--apply', '--force', '--reason', 'x'],
      /does not work for kb-schema/,
    ],
    ['a source that is not set up', ['blob-to-neon'], /BLOB_READ_WRITE_TOKEN is missing/],
  ])('exits with 2 on %s', async (_what, args, message) => {
    const ended = await kb(['migrate', ...args])
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toMatch(message)
  })

  test('exits with 3 if a precondition fails, and prints the new plan if the given one is outdated', async () => {
    expect(await kb(['migrate', 'kb-backfill', '--apply'])).toMatchObject({ code: 3 })
    await save({ constellation: { nodes: [{ id: 'a' }] } })
    const refused = await kb([
      'migrate',
      'kb-backfill',
      '--apply',
      '--no-backup',
      '--plan',
      'a'.repeat(64),
      '--json',
    ])
    expect(refused.code).toBe(3)
    expect(summaryOf(refused)).toMatchObject({ status: 'refused', counts: { inserted: { kb_entities: 1 } } })
  })

  test('exits with 1 after a failure and rollback', async () => {
    await database.pool.query(
      `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not today'; END $$;
       CREATE TRIGGER refuse BEFORE INSERT ON kb_entities FOR EACH ROW EXECUTE FUNCTION refuse()`,
    )
    const failed = await kb(['migrate', 'kb-backfill', '--apply', '--no-backup'])
    expect(failed.code).toBe(1)
    expect(failed.stdout + failed.stderr).toMatch(/not today.*This run was rolled back/)
    await database.pool.query('DROP TRIGGER refuse ON kb_entities')
  })

  test('exits with 4 while another migration runs', async () => {
    const other = await database.pool.connect()
    await other.query('BEGIN; SELECT pg_advisory_xact_lock(7126032)')
    const busy = await kb(['migrate', 'kb-backfill'])
    await other.query('ROLLBACK')
    other.release()
    expect(busy.code).toBe(4)
  }, 30_000)

  test('exits with 5 if the response to COMMIT is lost, and with 0 when run again', async () => {
    const proxy = await startTcpProxy(database.url)
    try {
      proxy.cutAt('COMMIT', 'after', 'INSERT INTO public.admin_migrations')
      const unknown = await kb(['migrate', 'kb-backfill', '--apply'], { DATABASE_URL: proxy.url })
      expect(unknown.code).toBe(5)
      expect(unknown.stdout + unknown.stderr).toMatch(/Run it again: that is always safe/)
      expect(await kb(['migrate', 'kb-backfill', '--apply'])).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('already applied') as string,
      })
    } finally {
      await proxy.stop()
    }
  })

  test('takes a backup by default and prints its location', async () => {
    await save({ constellation: { nodes: [{ id: 'a' }, { id: 'b' }] } })
    const { report } = summaryOf(await kb(['migrate', 'kb-backfill', '--apply', '--json']))
    expect(report['backup']).toMatchObject({ directory: expect.stringContaining(backups) as string })
  })

  test('lists all migrations', async () => {
    const { stdout } = await kb(['migrate', 'list'])
    expect(stdout).toMatch(
      /^APPLIED .*kb-schema\n[^]*PENDING +20260211_1002_blob_to_neon_admin_state\n[^]*APPLIED .*kb-backfill\n/,
    )
    expect(JSON.parse((await kb(['migrate', 'list', '--json'])).stdout)).toHaveLength(3)
  })
})

describe('kb ledger', () => {
  test('lists and verifies its rows: exits with 0 if intact, else 3', async () => {
    expect((await kb(['ledger', 'list'])).stdout).toMatch(/^ +1 {2}.*APPLY .*kb-schema {2}cli:test\n/)
    expect(await kb(['ledger', 'verify'])).toMatchObject({ code: 0 })
    await database.pool.query(
      `UPDATE admin_migrations SET actor = 'nobody' WHERE id = (SELECT min(id) FROM admin_migrations)`,
    )
    expect(await kb(['ledger', 'verify'])).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('ledger.row-edited: Row 1 (kb-schema)') as string,
    })
    expect(await kb(['migrate', 'kb-backfill'])).toMatchObject({ code: 3 })
  })
})
