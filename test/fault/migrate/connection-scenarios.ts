import { setTimeout as sleep } from 'node:timers/promises'
import { startTcpProxy } from '../../support/tcp-proxy.ts'
import { writeMigration } from './fault-database.ts'
import { expectExit, withLimit, type Bench, type Scenario } from './scenario.ts'

/** What a runner sends last, by which its work becomes lasting. */
const lastMessage = ({ runner }: Bench) =>
  runner.name === 'naive' ? 'INSERT INTO admin_migrations' : 'COMMIT'

async function cutLink(bench: Bench, when: 'before' | 'after'): Promise<string[]> {
  const proxy = await startTcpProxy(bench.database.url)
  try {
    const end = await withLimit(
      bench.run({
        url: proxy.url,
        onStep: (step) => {
          if (step === 'committing') proxy.cutAt(lastMessage(bench), when)
        },
      }),
      30_000,
    )
    const problems = proxy.cuts() === 1 ? [] : [`the link was cut ${proxy.cuts()} times`]
    // Nobody at this end can tell the two cases apart: neither may be called a failure that left nothing.
    problems.push(...expectExit(`cut ${when} the server hears of it`, end, 5))
    // The server may still be busy with it.
    await sleep(300)
    problems.push(...(await bench.expectState('then', when === 'before' ? 'before' : 'after')))
    const next = await bench.run()
    if (next.exit !== 0 || next.alreadyApplied !== (when === 'after')) {
      problems.push(
        `the next run ends with ${next.exit}, already applied: ${next.alreadyApplied} (${next.message})`,
      )
    }
    return [...problems, ...(await bench.expectState('at the end', 'after'))]
  } finally {
    await proxy.stop()
  }
}

export const connectionScenarios: readonly Scenario[] = [
  {
    name: 'link cut before COMMIT reaches the server',
    size: () => 2,
    run: (bench) => cutLink(bench, 'before'),
  },
  {
    name: 'link cut after COMMIT, before its reply',
    size: () => 2,
    run: (bench) => cutLink(bench, 'after'),
  },
  {
    name: 'link cut in the middle of the work',
    size: () => 2,
    async run(bench) {
      const proxy = await startTcpProxy(bench.database.url)
      try {
        const onStep = (step: string) => void (step === 'half' && proxy.cutAt('n > ', 'before'))
        const end = await withLimit(bench.run({ url: proxy.url, onStep }), 30_000)
        return [
          ...expectExit('then', end, 1),
          ...(await bench.expectState('then', 'before')),
          ...(await bench.expectRecovery('the link was cut')),
        ]
      } finally {
        await proxy.stop()
      }
    },
  },
  {
    name: 'backend terminated (57P01)',
    size: () => 2,
    async run(bench) {
      const { pool } = bench.database
      let isDone = false
      const end = await withLimit(
        bench.run({
          onStep: async (step) => {
            if (step !== 'work-done' || isDone) return
            isDone = true
            await pool.query(
              `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND
                 (state LIKE 'idle in transaction%' OR query LIKE '%fault_rows%')`,
            )
          },
        }),
        30_000,
      )
      return [
        ...expectExit('then', end, 1),
        ...(await bench.expectState('then', 'before')),
        ...(await bench.expectRecovery('the backend was terminated')),
      ]
    },
  },
  {
    name: 'statement timeout (57014)',
    size: () => 2,
    async run(bench) {
      writeMigration(bench.database.folder, {}, 20)
      const { pool } = bench.database
      // For all sessions of the database: a runner that knows no limit has one all the same.
      await pool.query(
        `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET statement_timeout = 400', current_database()); END $$`,
      )
      const end = await withLimit(bench.run({ statementTimeoutMs: 400 }), 10_000)
      await pool.query(
        `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET statement_timeout', current_database()); END $$`,
      )
      writeMigration(bench.database.folder)
      return [
        ...expectExit('then', end, 1),
        ...(await bench.expectState('then', 'before')),
        ...(await bench.expectRecovery('a statement took too long')),
      ]
    },
  },
  {
    name: 'lock timeout (55P03)',
    size: () => 2,
    async run(bench) {
      const other = await bench.database.pool.connect()
      let end
      try {
        await other.query('BEGIN; LOCK TABLE fault_rows IN ACCESS EXCLUSIVE MODE')
        end = await withLimit(bench.run({ lockTimeoutMs: 400 }), 5000)
      } finally {
        await other.query('ROLLBACK')
        other.release()
      }
      return [
        ...expectExit('then', end, 1),
        ...(await bench.expectState('then', 'before')),
        ...(await bench.expectRecovery('a table was locked')),
      ]
    },
  },
]
