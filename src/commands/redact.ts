import type { Command } from 'commander'
import { redactEntity, type RedactOptions } from '../ops/load/redact-entity.ts'
import { operationAction, type OperationOptions } from './base/operation-action.ts'
import { jsonOption, type RunAction } from './base/run-action.ts'

type Options = Omit<RedactOptions, 'slug' | 'planHash'> & OperationOptions & { readonly plan?: string }

export function registerRedact(program: Command, run: RunAction): void {
  program
    .command('redact <slug>')
    .description(
      'erase an entity for good: its edges and sources, and all that the history holds of them; what cannot be reached, such as backups, is named',
    )
    .option('--keep-entity', 'erase what it was, and the excerpts of its sources; keep what it is now')
    .option('--apply', 'erase it; without this nothing is written')
    .option('--plan <hash>', 'apply only what the dry run with this plan would do')
    .option('--reason <text>', 'why; noted in the ledger and the audit')
    .option(...jsonOption)
    .addHelpText(
      'after',
      '\nExample:\n  kb redact jane-doe\n  kb redact jane-doe --apply --reason "request of 3 May"',
    )
    .action((slug: string, { plan, ...options }: Options) =>
      run(operationAction('Redact', redactEntity), { ...options, slug, planHash: plan }),
    )
}
