import type { Command } from 'commander'
import { describeArtifact } from '../ops/backup/artifact.ts'
import { exportBackup } from '../ops/backup/export.ts'
import { listBackups } from '../ops/backup/files.ts'
import { verifyBackup } from '../ops/backup/verify.ts'
import { restoreDatabase, type RestoreDatabaseOptions } from '../ops/backup/restore-database.ts'
import type { CommandAction } from './base/context.ts'
import { exitCodes } from './base/exit-codes.ts'
import { operationAction, storageAction, type OperationOptions } from './base/operation-action.ts'
import { jsonOption, type RunAction } from './base/run-action.ts'

export function registerBackup(program: Command, run: RunAction): void {
  const backup = program.command('backup').description('exports of the database below BACKUP_OUTPUT_PATH')
  backup
    .command('create')
    .description('export a snapshot of all kb_* and admin_* tables; read-only for the database')
    .option(...jsonOption)
    .action((options: OperationOptions) =>
      run(
        operationAction('Backup', (ctx) => exportBackup(ctx)),
        options,
      ),
    )
  backup
    .command('list')
    .description('list backups, newest first')
    .option(...jsonOption)
    .action((options: OperationOptions) => run(listAction, options))
  backup
    .command('verify')
    .argument('<backup>', 'its id or its path')
    .description('verify the files of a backup; only a drill proves that it can be restored')
    .option(...jsonOption)
    .action((artifact: string, options: OperationOptions) =>
      run(
        storageAction('Backup', (ctx) => verifyBackup(ctx, artifact)),
        options,
      ),
    )
  backup
    .command('restore')
    .argument('<backup>', 'its id or its path')
    .description(
      'restore the graph from a backup and save its content state as a new version; dry run by default',
    )
    .option('--apply', 'back up the current data, then restore; without this nothing is written')
    .option('--reason <text>', 'reason for the ledger')
    .option('--plan <hash>', 'apply only if the plan is still this one')
    .option('--from-other-database', 'accept a backup of another database, for example of a lost machine')
    .option(...jsonOption)
    .addHelpText(
      'after',
      '\nExample:\n  $ kb backup restore 20261123T004843Z-8a18620e\n  $ kb backup restore 20261123T004843Z-8a18620e --apply --reason "wrong import"',
    )
    .action((artifact: string, { plan, ...options }: RestoreOptions) =>
      run(operationAction('Restore', restoreDatabase), { ...options, artifact, planHash: plan }),
    )
}

type RestoreOptions = Omit<RestoreDatabaseOptions, 'artifact' | 'planHash'> &
  OperationOptions & { readonly plan?: string }

const listAction: CommandAction<OperationOptions> = async ({ loadSettings, stdout, stderr }, { json }) => {
  const { backups, damaged } = await listBackups(loadSettings().backupOutputPath)
  const artifacts = backups.map(describeArtifact)
  if (json === true) stdout.write(`${JSON.stringify({ backups: artifacts, damaged }, null, 2)}\n`)
  else
    for (const { id, byteSize, createdAt, schemaVersion } of artifacts)
      stdout.write(
        `${id}  ${createdAt}  ${byteSize.toLocaleString('en-US').padStart(14)} bytes  ${schemaVersion}\n`,
      )
  for (const { reason } of damaged) stderr.write(`${reason}\n`)
  return damaged.length === 0 ? exitCodes.done : exitCodes.failed
}
