import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { loadMigration, readMigrationSources } from '../../../src/ops/migrations/migration-folder.ts'
import type { MigrationContext } from '../../../src/ops/migrations/data-migration.ts'
import { migrationName } from './fault-database.ts'
import type { Runner, RunEnd, RunRequest } from './runner.ts'

const ended = (exit: number, rest: Partial<RunEnd> = {}): RunEnd => ({
  exit,
  alreadyApplied: false,
  planHash: null,
  message: '',
  ...rest,
})

/**
 * A migration runner as one is written in an afternoon: a row in a table as its lock, the ledger a list of names, each statement by
 * itself. It is here to show that the suite can fail.
 */
export const naiveRunner: Runner = {
  name: 'naive',
  async run(request) {
    const client = new pg.Client({ connectionString: request.url })
    client.on('error', () => {})
    await client.connect()
    try {
      return await run(client, request)
    } catch (error) {
      return ended(1, { message: error instanceof Error ? error.message : String(error) })
    } finally {
      await client.end().catch(() => {})
    }
  },
}

async function run(client: pg.Client, request: RunRequest): Promise<RunEnd> {
  const { name = migrationName, apply, lockWaitMs = 2000 } = request
  const step = async (at: Parameters<NonNullable<RunRequest['onStep']>>[0]) => request.onStep?.(at)
  if (!apply) return ended(0, { planHash: '0'.repeat(64) })
  await client.query('CREATE TABLE IF NOT EXISTS naive_lock (id int PRIMARY KEY)').catch(() => {})
  await step('begun')
  for (const deadline = Date.now() + Math.min(lockWaitMs, 2000); ; await sleep(100)) {
    const { rowCount } = await client.query('INSERT INTO naive_lock VALUES (1) ON CONFLICT DO NOTHING')
    if (rowCount === 1) break
    if (Date.now() > deadline) return ended(4, { message: 'The lock is taken.' })
  }
  await step('locked')
  const { rowCount } = await client.query(
    `SELECT 1 FROM admin_migrations WHERE name = $1 AND mode = 'APPLY'`,
    [name],
  )
  await step('ledger-verified')
  if (rowCount !== 0) {
    await client.query('DELETE FROM naive_lock')
    return ended(0, { alreadyApplied: true })
  }
  const source = readMigrationSources(request.folder).find((each) => each.name === name)!
  const migration = await loadMigration(source)
  const context = {
    sql: async (text: string, values: unknown[] = []) => client.query(text, values),
    progress: ({ label }: { label: string }) => void (label === 'half' && request.onStep?.('half')),
    parameters: {},
  } as unknown as MigrationContext
  for (const { name: what, check } of migration.preconditions) {
    const { holds } = await check(context)
    if (holds) continue
    await client.query('DELETE FROM naive_lock')
    return ended(3, { message: what })
  }
  await step('preconditions-checked')
  await step('work-begun')
  await migration.up(context)
  await step('work-done')
  await step('committing')
  await client.query(
    `INSERT INTO admin_migrations (name, mode, status, checksum, actor, hash) VALUES ($1, 'APPLY', 'SUCCEEDED', $2, 'naive', $3)`,
    [name, source.checksum, randomBytes(32).toString('hex')],
  )
  await step('ledger-written')
  await step('committed')
  await client.query('DELETE FROM naive_lock')
  return ended(0)
}
