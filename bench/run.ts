import { join } from 'node:path'
import { AppError } from '../src/errors.ts'
import { DatabaseSetupError } from '../src/database/connection/database-setup-error.ts'
import { DifferentAnswers } from './compare.ts'
import { readOptions, usage, UsageError } from './options.ts'
import { recordReport } from './record.ts'
import { tablesOf } from './report.ts'
import { runBench } from './run-bench.ts'

const documentFile = join(import.meta.dirname, '..', 'docs', 'performance.md')

/** The exit code of the run: 0 whatever the figures are. */
async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2))
  if (options === null) {
    console.log(usage)
    return 0
  }
  const interrupt = new AbortController()
  process.once('SIGINT', () => interrupt.abort())
  process.once('SIGTERM', () => interrupt.abort())
  try {
    const report = await runBench(options, interrupt.signal, (line) => console.error(line))
    if (options.record) await recordReport(documentFile, report, new Date())
    if (options.json) console.log(JSON.stringify(report, null, 2))
    else console.log(`\n${tablesOf(report).toReversed().join('\n\n')}`)
    return 0
  } catch (error) {
    if (!interrupt.signal.aborted) throw error
    console.error('Interrupted; all that was started has ended.')
    return 130
  }
}

process.exitCode = await main().catch((error: unknown) => {
  if (error instanceof UsageError) {
    console.error(`${error.message}\n\n${usage}`)
    return 2
  }
  const isExpected =
    error instanceof DifferentAnswers || error instanceof AppError || error instanceof DatabaseSetupError
  console.error(isExpected ? error.message : error)
  return 1
})
