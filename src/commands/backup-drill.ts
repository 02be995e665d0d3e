import type { Command } from 'commander'
import { runBackupDrill, type DrillOptions } from '../ops/backup/drill.ts'
import { operationAction, type OperationOptions } from './base/operation-action.ts'
import { jsonOption, type RunAction } from './base/run-action.ts'

const recordPath = 'docs/database/operations-and-maintenance.md'

export function registerDrill(program: Command, run: RunAction): void {
  program
    .command('neon')
    .description('the database as a store')
    .command('backup-restore-drill')
    .description(
      'export, restore into a scratch database, compare rows, hashes, sequences and schema; says how long it took',
    )
    .option('--no-restore', 'verify the files of the export only, which proves no recovery')
    .option('--no-keep', 'delete the export afterwards')
    .option('--target <address>', 'server that the scratch database is made on; the same server by default')
    .option('--record [path]', `write the drill record into this document; without a path ${recordPath}`)
    .option(...jsonOption)
    .action(
      (flags: Omit<DrillOptions, 'record'> & OperationOptions & { readonly record?: string | true }) => {
        const { record, ...options } = flags
        const path = record === true ? recordPath : record
        return run(operationAction<DrillOptions & OperationOptions>('Drill', runBackupDrill), {
          ...options,
          ...(path !== undefined && { record: path }),
        })
      },
    )
}
