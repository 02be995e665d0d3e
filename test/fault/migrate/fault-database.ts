import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { createPool } from '../../../src/database/connection/create-pool.ts'
import { createMigrationFolder, type MigrationFolder } from '../../support/migration-folder.ts'
import { silentLog } from '../../support/silent-log.ts'
import { withDatabaseName } from '../../support/database-name.ts'

export interface FaultServer {
  readonly adminUrl: string
  /** A database with the whole schema. */
  readonly template: string
}

/** A database of its own for one scenario, and a folder with the migration that is run against it. */
export interface FaultDatabase {
  readonly url: string
  readonly pool: pg.Pool
  readonly folder: MigrationFolder
  drop(): Promise<void>
}

export const migrationName = '20260101_1_source_to_target_rows'
export const sourceRows = 1000

/** The migration under test: it copies rows in two halves, and a copy that is made twice can be seen. */
export function writeMigration(
  folder: MigrationFolder,
  changes: Record<string, string> = {},
  pause = 0,
): void {
  folder.write(migrationName, {
    reads: "['fault_source']",
    writes: "['fault_rows']",
    preconditions: `[{
      name: 'the target is empty',
      async check({ sql }) {
        const { rows } = await sql('SELECT count(*)::int AS count FROM fault_rows')
        return { holds: rows[0].count === 0, detail: rows[0].count + ' rows' }
      },
    }]`,
    up: `async ({ sql, progress }) => {
      const copy = 'INSERT INTO fault_rows (n, version) SELECT n, version FROM fault_source WHERE '
      await sql(copy + 'n <= ${sourceRows / 2}')
      progress({ label: 'half', rows: ${sourceRows / 2}, share: 0.5 })
      ${pause > 0 ? `await sql('SELECT pg_sleep(${pause})')` : ''}
      await sql(copy + 'n > ${sourceRows / 2}')
    }`,
    ...changes,
  })
}

export async function createFaultDatabase({ adminUrl, template }: FaultServer): Promise<FaultDatabase> {
  const name = `${template}_${randomBytes(6).toString('hex')}`
  await query(adminUrl, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`)
  const url = withDatabaseName(adminUrl, name)
  const pool = createPool(url, { log: silentLog, max: 4 })
  await pool.query(
    `CREATE TABLE fault_rows (id bigserial PRIMARY KEY, n int NOT NULL, version int NOT NULL);
     CREATE TABLE fault_source (n int PRIMARY KEY, version int NOT NULL);
     INSERT INTO fault_source SELECT n, 1 FROM generate_series(1, ${sourceRows}) n`,
  )
  const folder = createMigrationFolder()
  writeMigration(folder)
  const drop = async () => {
    folder.remove()
    await pool.end()
    await query(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  }
  return { url, pool, folder, drop }
}

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

/** What the migration left behind: 'before' if nothing, 'after' if all of it once and one row in the ledger; else what is wrong. */
export async function inspect(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ rows: number; distinct: number; versions: number; applied: number }>(
    `SELECT count(*)::int AS rows, count(DISTINCT n)::int AS distinct, count(DISTINCT version)::int AS versions,
       (SELECT count(*)::int FROM admin_migrations WHERE name = $1 AND mode = 'APPLY') AS applied FROM fault_rows`,
    [migrationName],
  )
  const found = rows[0]!
  if (found.rows === 0 && found.applied === 0) return 'before'
  if (
    found.rows === sourceRows &&
    found.distinct === sourceRows &&
    found.versions === 1 &&
    found.applied === 1
  )
    return 'after'
  return `${found.rows} rows (${found.distinct} different, ${found.versions} versions) and ${found.applied} rows in the ledger`
}
