import { ensureSchema } from '../database/ensure-schema.ts'
import { openDatabase } from '../database/open-database.ts'
import { importWordNet } from '../ops/import-wordnet.ts'
import { summarizeOperation } from '../ops/operation-summary.ts'
import type { CommandAction } from './command-context.ts'
import { describeError, exitCodeOf, exitCodes } from './exit-codes.ts'
import { printSummary } from './print-summary.ts'
import { createProgressBar } from './progress-bar.ts'

/** `kb import wordnet`: the whole of WordNet 3.1 into the configured or the embedded database. */
export const importWordNetCommand: CommandAction<{ json?: boolean }> = async (context, { json = false }) => {
  const settings = context.loadSettings()
  const log = context.createLog(settings)
  // Bulk work takes its time, on a connection that no pooler hands on.
  const database = await openDatabase(settings, { log, direct: true, statementTimeout: 0 })
  try {
    await ensureSchema(database, { log })
    const bar = createProgressBar(context.stderr, 'WordNet')
    const head = {
      operation: 'import',
      name: 'wordnet',
      mode: 'apply',
      actor: context.actor,
      environment: settings.production ? 'production' : 'development',
    } as const
    const { pool } = database
    const { summary, error } = await summarizeOperation(pool, head, () =>
      importWordNet({ pool, signal: context.signal, onProgress: bar.update }),
    ).finally(() => bar.stop())
    if (error === null || json) printSummary(context.stdout, summary, json)
    if (error === null) return exitCodes.done
    context.stderr.write(`${describeError(error)}\n`)
    return exitCodeOf(error)
  } finally {
    await database.stop()
  }
}
