import { Option, type Command } from 'commander'
import { rollback, type RollbackOptions } from '../ops/rollback/rollback.ts'
import { operationAction, type OperationOptions } from './base/operation-action.ts'
import { jsonOption, type RunAction } from './base/run-action.ts'

export function registerRollback(program: Command, run: RunAction): void {
  program
    .command('rollback')
    .description(
      'print the steps to the fallback backend and back, and verify the state it would serve; with --artifact like kb backup restore',
    )
    .addOption(new Option('--to <backend>', 'backend to go to').choices(['neon', 'blob', 'file']))
    .option('--artifact <backup>', 'id or path of a backup to restore')
    .option('--apply', 'restore it; without this nothing is written')
    .option('--force', 'confirmation that --apply needs')
    .option('--reason <text>', 'reason for the ledger')
    .option(...jsonOption)
    .action((options: RollbackOptions & OperationOptions) =>
      run(operationAction('Rollback', rollback), options),
    )
}
