import type { Pool } from 'pg'
import type { Settings } from '../../config.ts'
import { ensureSchema } from '../../database/schema/ensure.ts'
import { openDatabase } from '../../database/connection/open-database.ts'
import type { Log } from '../../log.ts'
import type { OperationSummary } from '../../ops/run/summary.ts'
import type { OpsContext, OptionalDatabase } from '../../ops/run/context.ts'
import { openStorage } from '../../storage/open-storage.ts'
import { reportDegradation } from '../../storage/report-degradation.ts'
import type { CommandAction, CommandContext } from './context.ts'
import { exitCodeOfSummary } from './exit-codes.ts'
import { printFailure, printSummary } from './print-summary.ts'
import { createProgressBar } from './progress-bar.ts'

export interface OperationOptions {
  readonly json?: boolean
}

interface ActionOptions {
  /** False for work on the schema itself, which must not have the schema of this build. Default true. */
  readonly needsSchema?: boolean
}

/**
 * The command of an operation: opens the database by its direct address and the storage, shows the progress on standard
 * error, prints the summary and gives the exit code.
 *
 * @param title of the progress bar
 * @example run(operationAction('Drift', (ctx) => detectKnowledgeDrift(ctx, {})), options)
 */
export function operationAction<Options extends object>(
  title: string,
  verb: (ctx: OpsContext, options: Options) => Promise<OperationSummary>,
  { needsSchema = true }: ActionOptions = {},
): CommandAction<Options & OperationOptions> {
  return async (context, options) => {
    const settings = context.loadSettings()
    const log = context.createLog(settings)
    // Bulk work takes its time, on a connection that no pooler hands on.
    const database = await openDatabase(settings, { log, direct: true, statementTimeout: 0 })
    try {
      if (needsSchema) await ensureSchema(database, { log })
      const { pool } = database
      return await runVerb(context, title, options, verb, { settings, log, pool })
    } finally {
      await database.stop()
    }
  }
}

/** The command of an operation that uses a database only where one is configured by address; the embedded one is left alone. */
export function storageAction<Options extends object>(
  title: string,
  verb: (ctx: OptionalDatabase<OpsContext>, options: Options) => Promise<OperationSummary>,
): CommandAction<Options & OperationOptions> {
  return async (context, options) => {
    const settings = context.loadSettings()
    const log = context.createLog(settings)
    const database =
      settings.databaseUrl === null
        ? null
        : await openDatabase(settings, { log, direct: true, statementTimeout: 0 })
    try {
      const pool = database?.pool ?? null
      return await runVerb(context, title, options, verb, { settings, log, pool })
    } finally {
      await database?.stop()
    }
  }
}

async function runVerb<Handle extends Pool | null, Options extends object>(
  context: CommandContext,
  title: string,
  options: Options & OperationOptions,
  verb: (
    ctx: Omit<OpsContext, 'pool'> & { readonly pool: Handle },
    options: Options,
  ) => Promise<OperationSummary>,
  { settings, log, pool }: { settings: Settings; log: Log; pool: Handle },
): Promise<number> {
  const bar = createProgressBar(context.stderr, title)
  const { actor, signal } = context
  const storage = openStorage(settings, pool, reportDegradation(log))
  const ctx = { settings, log, pool, storage, actor, signal, now: () => new Date(), onProgress: bar.update }
  const summary = await verb(ctx, options).finally(() => bar.stop())
  printSummary(context.stdout, summary, options.json ?? false)
  printFailure(context.stderr, summary)
  return exitCodeOfSummary(summary)
}
