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
    .description(
      'export all kb_* and admin_* tables as they are at one moment; writes nothing to the database',
    )
    .option(...jsonOption)
    .action((options: OperationOptions) =>
      run(
        operationAction('Backup', (ctx) => exportBackup(ctx)),
        options,
      ),
    )
  backup
    .command('list')
    .description('the backups that there are, newest first')
    .option(...jsonOption)
    .action((options: OperationOptions) => run(listAction, options))
  backup
    .command('verify')
    .argument('<backup>', 'its id or its path')
    .description(
      'whether the files of a backup are as they were written; that it can be restored only a drill shows',
    )
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
      'replace the graph by that of a backup and save its content state as a new version; without --apply only say what would be replaced',
    )
    .option('--apply', 'restore it, after a fresh backup of what is there; without this nothing is written')
    .option('--reason <text>', 'why; noted in the ledger')
    .option('--plan <hash>', 'apply only what the dry run with this plan would do')
    .option(
      '--from-other-database',
      'take a backup of another database, for example of a machine that is lost',
    )
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
