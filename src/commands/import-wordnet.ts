import type { Command } from 'commander'
import { runWordNetImport } from '../ops/load/import-wordnet.ts'
import { operationAction, type OperationOptions } from './base/operation-action.ts'
import { jsonOption, type RunAction } from './base/run-action.ts'

export function registerImport(program: Command, run: RunAction): void {
  program
    .command('import')
    .description('load a data set into the graph')
    .command('wordnet')
    .description('WordNet 3.1: 117,791 entities, 350,600 edges; idempotent')
    .option(...jsonOption)
    .action((options: OperationOptions) => run(operationAction('WordNet', runWordNetImport), options))
}
