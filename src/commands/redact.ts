import type { Command } from 'commander'
import { redactEntity, type RedactOptions } from '../ops/load/redact-entity.ts'
import { operationAction, type OperationOptions } from './base/operation-action.ts'
import { jsonOption, type RunAction } from './base/run-action.ts'

type Options = Omit<RedactOptions, 'slug' | 'planHash'> & OperationOptions & { readonly plan?: string }

export function registerRedact(program: Command, run: RunAction): void {
  program
    .command('redact <slug>')
    .description(
      'erase an entity with its edges, sources and history for good; lists what it cannot reach, such as backups',
    )
    .option('--keep-entity', 'keep the entity, but erase its history and source excerpts')
    .option('--apply', 'erase; without this nothing is written')
    .option('--plan <hash>', 'apply only if the plan is still this one')
    .option('--reason <text>', 'reason for the ledger and the audit')
    .option(...jsonOption)
    .addHelpText(
      'after',
      '\nExample:\n  kb redact jane-doe\n  kb redact jane-doe --apply --reason "request of 3 May"',
    )
    .action((slug: string, { plan, ...options }: Options) =>
      run(operationAction('Redact', redactEntity), { ...options, slug, planHash: plan }),
    )
}
