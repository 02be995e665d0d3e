import type { Command } from 'commander'
import { refreshLocal, type RefreshOptions } from '../ops/rollback/refresh-local.ts'
import { operationAction, type OperationOptions } from './base/operation-action.ts'
import { jsonOption, type RunAction } from './base/run-action.ts'

export function registerRefresh(program: Command, run: RunAction): void {
  program
    .command('refresh')
    .description('copy production')
    .command('local')
    .description(
      'production -> local: exports both, verifies PRODUCTION_MARKERS, then replaces the local database; production is opened read-only',
    )
    .option('--apply', 'replace it; without this nothing is written')
    .option(...jsonOption)
    .action((options: RefreshOptions & OperationOptions) =>
      run(operationAction('Refresh', refreshLocal), options),
    )
}
