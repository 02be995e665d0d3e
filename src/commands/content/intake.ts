import type { Command } from 'commander'
import { repairIntake, type RepairOptions } from '../../ops/content/repair-intake.ts'
import { operationAction, type OperationOptions } from '../base/operation-action.ts'
import { jsonOption, type RunAction } from '../base/run-action.ts'

export function registerIntake(program: Command, run: RunAction): void {
  program
    .command('intake')
    .description('output of the intake, in the content state')
    .command('repair')
    .description(
      'take out what the graph refuses; on databases marked as fixture, development or preview only',
    )
    .option('--apply', 'save the repaired state; without it nothing is written')
    .option(...jsonOption)
    .action((options: RepairOptions & OperationOptions) =>
      run(operationAction('Repair', repairIntake), options),
    )
}
