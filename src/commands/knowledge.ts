import { Option, type Command } from 'commander'
import { detectKnowledgeDrift, type DriftOptions } from '../ops/parity/detect-drift.ts'
import { operationAction, type OperationOptions } from './base/operation-action.ts'
import { jsonOption, type RunAction } from './base/run-action.ts'

export function registerKnowledge(program: Command, run: RunAction): void {
  program
    .command('knowledge')
    .description('the graph against what it was made of')
    .command('drift')
    .description(
      'the legacy constellation payload against the kb_* graph, difference by difference; writes nothing',
    )
    .option(
      '--legacy-url <address>',
      'fetch the payload from an allowed deployment instead of the content state',
    )
    .addOption(
      new Option('--fail-on <level>', 'WARN: items that the graph cannot take fail too')
        .choices(['WARN', 'FAIL'])
        .default('FAIL'),
    )
    .option(...jsonOption)
    .action((options: DriftOptions & OperationOptions) =>
      run(operationAction('Drift', detectKnowledgeDrift), options),
    )
}
