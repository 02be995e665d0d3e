import type { Command } from 'commander'
import { checks } from '../ops/gate/checks/index.ts'
import { evaluateReleaseGate, type GateOptions } from '../ops/gate/evaluate.ts'
import { operationAction, type OperationOptions } from './base/operation-action.ts'
import { collect, jsonOption, type RunAction } from './base/run-action.ts'

export function registerReleaseGate(program: Command, run: RunAction): void {
  program
    .command('release-gate')
    .description('run the release checklist and return one verdict')
    .option('--only <check>', 'run only this check, even if disabled; repeatable', collect)
    .option('--git-commit <hash>', 'the commit to be released, for the record')
    .option(...jsonOption)
    .addHelpText('after', `\nChecks, in order:\n${checks.map(describe).join('\n')}`)
    .action((options: GateOptions & OperationOptions) =>
      run(operationAction('Gate', evaluateReleaseGate), options),
    )
}

function describe({ name, invariant, switch: toggle }: (typeof checks)[number]): string {
  return `  ${name.padEnd(18)}${invariant}${toggle === undefined ? '' : ` (${toggle.variable})`}`
}
