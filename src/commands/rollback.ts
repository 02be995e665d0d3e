import { Option, type Command } from 'commander'
import { rollback, type RollbackOptions } from '../ops/rollback/rollback.ts'
import { operationAction, type OperationOptions } from './base/operation-action.ts'
import { jsonOption, type RunAction } from './base/run-action.ts'

export function registerRollback(program: Command, run: RunAction): void {
  program
    .command('rollback')
    .description(
      'the steps to the fallback backend and back, and the state that would be served there; with --artifact the same as kb backup restore',
    )
    .addOption(new Option('--to <backend>', 'backend to go to').choices(['neon', 'blob', 'file']))
    .option('--artifact <backup>', 'a backup by its id or path, to be restored')
    .option('--apply', 'restore it; without this nothing is written')
    .option('--force', 'the second word that --apply asks for')
    .option('--reason <text>', 'why; noted in the ledger')
    .option(...jsonOption)
    .action((options: RollbackOptions & OperationOptions) =>
      run(operationAction('Rollback', rollback), options),
    )
}
