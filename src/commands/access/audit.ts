import { InvalidArgumentError, type Command } from 'commander'
import { readAudit, type AuditFilter } from '../../database/access/read-audit.ts'
import { momentForm, parseMomentOrDay } from '../../domain/timestamp.ts'
import type { CommandAction } from '../base/context.ts'
import { exitCodes } from '../base/exit-codes.ts'
import { jsonOption, type RunAction } from '../base/run-action.ts'
import { withCurrentSchema } from '../base/with-database.ts'

type AuditOptions = AuditFilter & { readonly json?: boolean }

export function registerAudit(program: Command, run: RunAction): void {
  program
    .command('audit')
    .description('list who did what, newest first')
    .option('--actor <name>', 'only by this actor, for example graphql:ada')
    .option('--operation <name>', 'only this operation, for example updateEntity')
    .option('--target <key>', 'only on this slug, key or name')
    .option('--since <moment>', 'since then: 2026-11-23 or 2026-11-23T03:00:00Z', moment)
    .option('--limit <number>', 'how many', count, 50)
    .option(...jsonOption)
    .addHelpText('after', '\nExample:\n  $ kb audit --target spain --since 2026-11-01')
    .action((options: AuditOptions) => run(auditCommand, options))
}

const auditCommand: CommandAction<AuditOptions> = (context, { json, ...filter }) =>
  withCurrentSchema(context, async (pool) => {
    const entries = await readAudit(pool, filter)
    const lines = entries.map(({ at, actor, operation, targetType, targetKey, beforeHash, afterHash }) => {
      const hashes = [beforeHash, afterHash].map((hash) => hash?.slice(0, 8) ?? '-').join(' -> ')
      return `${at.toISOString().slice(0, 19)}Z  ${actor}  ${operation}  ${targetType} ${targetKey}  ${hashes}\n`
    })
    context.stdout.write(json === true ? `${JSON.stringify(entries, null, 2)}\n` : lines.join(''))
    return exitCodes.done
  })

function moment(text: string): string {
  const found = parseMomentOrDay(text)
  if (found === null)
    throw new InvalidArgumentError(
      `Give a day of the calendar, such as 2026-11-23, or a moment: ${momentForm}.`,
    )
  return found
}

function count(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('Give a whole number from 1.')
  return Number(text)
}
