import { loadSettings } from '../../../src/config.ts'
import { createPool } from '../../../src/database/connection/create-pool.ts'
import { exitCodeOfSummary } from '../../../src/commands/base/exit-codes.ts'
import type { MigrationStep } from '../../../src/ops/migrations/migration-request.ts'
import { runMigration } from '../../../src/ops/migrations/run-migration.ts'
import { openStorage } from '../../../src/storage/open-storage.ts'
import { silentLog } from '../../support/silent-log.ts'
import { migrationName } from './fault-database.ts'

/** `half`: in the middle of the work itself. */
export type FaultStep = MigrationStep | 'half'

export interface RunRequest {
  readonly url: string
  readonly folder: string
  readonly name?: string
  readonly apply: boolean
  readonly planHash?: string | null
  readonly lockWaitMs?: number
  readonly lockTimeoutMs?: number
  readonly statementTimeoutMs?: number
  /** Must not wait at `half`, where the work does not wait for it. */
  readonly onStep?: (step: FaultStep) => void | Promise<void>
}

export interface RunEnd {
  /** Exit code of the command line. */
  readonly exit: number
  readonly alreadyApplied: boolean
  readonly planHash: string | null
  readonly message: string
}

/** One way to run migrations; the suite is run on the product and on one that is deliberately naive. */
export interface Runner {
  readonly name: 'product' | 'naive'
  readonly run: (request: RunRequest) => Promise<RunEnd>
}

export const productRunner: Runner = {
  name: 'product',
  async run(request) {
    const settings = loadSettings({ DATABASE_URL: request.url })
    const pool = createPool(request.url, { log: silentLog, max: 4, statementTimeout: 0 })
    const { onStep } = request
    try {
      const summary = await runMigration(
        {
          pool,
          settings,
          storage: openStorage(settings, pool),
          log: silentLog,
          actor: 'fault',
          now: () => new Date(),
          signal: new AbortController().signal,
          onProgress: ({ label }) => void (label === 'half' && onStep?.('half')),
        },
        { backupFirst: false, ...request, name: request.name ?? migrationName },
      )
      return {
        exit: exitCodeOfSummary(summary),
        alreadyApplied: summary.report['alreadyApplied'] === true,
        planHash: summary.planHash,
        message: summary.findings.map(({ message }) => message).join(' '),
      }
    } finally {
      await pool.end()
    }
  },
}

/** Waits for a process that was killed a moment ago and may still be dying. Nobody unlocks anything. */
export function runAgain(runner: Runner, request: RunRequest): Promise<RunEnd> {
  return runner.run({ lockWaitMs: 15_000, ...request })
}
