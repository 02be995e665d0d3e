import type { Command } from 'commander'
import { repairIntake, type RepairOptions } from '../../ops/content/repair-intake.ts'
import { operationAction, type OperationOptions } from '../base/operation-action.ts'
import { jsonOption, type RunAction } from '../base/run-action.ts'

export function registerIntake(program: Command, run: RunAction): void {
  program
    .command('intake')
    .description('intake output in the content state')
    .command('repair')
    .description(
      'remove items that the graph rejects; only on databases marked as fixture, development or preview',
    )
    .option('--apply', 'save the repaired state; without this nothing is written')
    .option(...jsonOption)
    .action((options: RepairOptions & OperationOptions) =>
      run(operationAction('Repair', repairIntake), options),
    )
}
