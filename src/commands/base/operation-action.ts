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
  /** False for schema migrations, which run on any schema. Default true. */
  readonly needsSchema?: boolean
}

/** Turns an operation into a command with a database, storage, progress, summary and exit code. */
export function operationAction<Options extends object>(
  title: string,
  verb: (ctx: OpsContext, options: Options) => Promise<OperationSummary>,
  { needsSchema = true }: ActionOptions = {},
): CommandAction<Options & OperationOptions> {
  return async (context, options) => {
    const settings = context.loadSettings()
    const log = context.createLog(settings)
    // Bulk work needs a direct connection without a statement timeout.
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

/** Like {@link operationAction}, but leaves an embedded database closed. */
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
