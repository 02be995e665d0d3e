import { Option, type Command } from 'commander'
import { detectKnowledgeDrift, type DriftOptions } from '../ops/parity/detect-drift.ts'
import { operationAction, type OperationOptions } from './base/operation-action.ts'
import { jsonOption, type RunAction } from './base/run-action.ts'

export function registerKnowledge(program: Command, run: RunAction): void {
  program
    .command('knowledge')
    .description('compare the graph with its source')
    .command('drift')
    .description('compare the legacy constellation payload with the kb_* graph; read-only')
    .option(
      '--legacy-url <address>',
      'fetch the payload from an allowed deployment instead of the content state',
    )
    .addOption(
      new Option('--fail-on <level>', 'WARN: items that the graph rejects fail too')
        .choices(['WARN', 'FAIL'])
        .default('FAIL'),
    )
    .option(...jsonOption)
    .action((options: DriftOptions & OperationOptions) =>
      run(operationAction('Drift', detectKnowledgeDrift), options),
    )
}
