import type { Command } from 'commander'
import { hasLedger, readLedger } from '../database/operations/ledger.ts'
import { checkLedger } from '../ops/migrations/check-ledger.ts'
import type { CommandAction } from './base/context.ts'
import { exitCodes } from './base/exit-codes.ts'
import { jsonOption, type RunAction } from './base/run-action.ts'
import { withDatabase } from './base/with-database.ts'

interface LedgerOptions {
  readonly json?: boolean
}

export function registerLedger(program: Command, run: RunAction): void {
  const ledger = program.command('ledger').description('the ledger of applied migrations')
  ledger
    .command('verify')
    .description('verify its hash chain and the migration files; exits with 3 on a fault')
    .option(...jsonOption)
    .action((options: LedgerOptions) => run(verifyCommand, options))
  ledger
    .command('list')
    .description('list all rows, oldest first')
    .option(...jsonOption)
    .action((options: LedgerOptions) => run(listCommand, options))
}

const verifyCommand: CommandAction<LedgerOptions> = (context, options) =>
  withDatabase(context, async (pool) => {
    const { check, findings } = await checkLedger({ pool })
    const text =
      findings.length === 0
        ? [`${check.status}  ${check.detail}`]
        : findings.map(({ code, message }) => `${code}: ${message}`)
    context.stdout.write(
      options.json === true ? `${JSON.stringify({ check, findings }, null, 2)}\n` : `${text.join('\n')}\n`,
    )
    return findings.length > 0 ? exitCodes.refused : exitCodes.done
  })

const listCommand: CommandAction<LedgerOptions> = (context, options) =>
  withDatabase(context, async (pool) => {
    const entries = (await hasLedger(pool)) ? await readLedger(pool) : []
    const lines = entries.map(({ id, finishedAt, mode, name, actor, reason, hash }) => {
      const why = reason === null ? '' : `  by force: ${reason}`
      return `${id.padStart(4)}  ${finishedAt.slice(0, 19)}Z  ${mode.padEnd(7)}  ${hash.slice(0, 12)}  ${name}  ${actor}${why}\n`
    })
    context.stdout.write(options.json === true ? `${JSON.stringify(entries, null, 2)}\n` : lines.join(''))
    return exitCodes.done
  })
