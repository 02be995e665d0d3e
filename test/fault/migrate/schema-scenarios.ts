import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { createPool } from '../../../src/database/connection/create-pool.ts'
import { readSchemaState } from '../../../src/database/schema/state.ts'
import { checkLedger } from '../../../src/ops/migrations/check-ledger.ts'
import { silentLog } from '../../support/silent-log.ts'
import { withDatabaseName } from '../../support/database-name.ts'
import { killAt } from './child-runner.ts'
import { runAgain, type FaultStep } from './runner.ts'
import { expectExit, type Bench, type Scenario } from './scenario.ts'

const steps: readonly FaultStep[] = [
  'begun',
  'locked',
  'ledger-verified',
  'ledger-written',
  'committing',
  'committed',
]

/** The schema of an empty database, killed on the way. */
async function killSchema(bench: Bench, step: FaultStep): Promise<string[]> {
  const { adminUrl, template } = bench.server
  const name = `${template}_${randomBytes(6).toString('hex')}`
  const admin = new pg.Client({ connectionString: adminUrl })
  await admin.connect()
  await admin.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`)
  const url = withDatabaseName(adminUrl, name)
  const pool = createPool(url, { log: silentLog })
  const when = `killed at ${step}`
  try {
    const request = bench.request({ url, name: 'kb-schema' })
    const problems = (await killAt(bench.runner, request, step)) ? [] : [`${when}: it was never reached`]
    problems.push(...expectExit(`${when}, the next run`, await runAgain(bench.runner, request), 0))
    const { pending, failed } = await readSchemaState(pool)
    if (pending.length + failed.length > 0)
      problems.push(`${when}: ${pending.length} are pending, ${failed.length} half done`)
    const { check } = await checkLedger({ pool }, { folder: bench.database.folder.path })
    if (check.status !== 'PASS') problems.push(`${when}: ${check.detail}`)
    const { rows } = await pool.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM admin_migrations',
    )
    if (rows[0]!.count !== 1) problems.push(`${when}: ${rows[0]!.count} rows in the ledger`)
    return problems
  } finally {
    await pool.end()
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    await admin.end()
  }
}

export const schemaScenarios: readonly Scenario[] = [
  {
    name: 'kill -9 while the schema of an empty database is made',
    size: (isQuick) => (isQuick ? 1 : steps.length),
    async run(bench) {
      // The naive runner has no schema of its own to run.
      if (bench.runner.name === 'naive') return []
      const problems: string[] = []
      for (const step of bench.isQuick ? steps.slice(-3, -2) : steps)
        problems.push(...(await killSchema(bench, step)))
      return problems
    },
  },
]
