import type { Command } from 'commander'
import { runBackupDrill, type DrillOptions } from '../ops/backup/drill.ts'
import { operationAction, type OperationOptions } from './base/operation-action.ts'
import { jsonOption, type RunAction } from './base/run-action.ts'

const recordPath = 'docs/database/operations-and-maintenance.md'

export function registerDrill(program: Command, run: RunAction): void {
  program
    .command('neon')
    .description('backup drills of the database')
    .command('backup-restore-drill')
    .description(
      'export, restore into a scratch database, compare rows, hashes, sequences and schema, and measure the time',
    )
    .option('--no-restore', 'only verify the exported files, which does not prove a recovery')
    .option('--no-keep', 'delete the export afterwards')
    .option('--target <address>', 'server for the scratch database; default: the same server')
    .option('--record [path]', `write the drill record into this document; default: ${recordPath}`)
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
