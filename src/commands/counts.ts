import type { Command } from 'commander'
import { countRows, type CountOptions } from '../ops/gate/count-rows.ts'
import { operationAction, type OperationOptions } from './base/operation-action.ts'
import { jsonOption, type RunAction } from './base/run-action.ts'

export function registerCounts(program: Command, run: RunAction): void {
  program
    .command('counts')
    .description('count the rows of all tables and compare with the API')
    .option(
      '--deployment',
      'also compare with the overview of the deployment at BASE_URL; needs ADMIN_PASSWORD',
    )
    .option(...jsonOption)
    .action((options: CountOptions & OperationOptions) => run(operationAction('Counts', countRows), options))
}
