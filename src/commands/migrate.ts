import type { Command } from 'commander'
import { openDatabase } from '../database/connection/open-database.ts'
import { SettingsError } from '../errors.ts'
import { listMigrations } from '../ops/migrations/list-migrations.ts'
import type { OperationSummary } from '../ops/run/summary.ts'
import { runMigration } from '../ops/migrations/run-migration.ts'
import type { CommandAction } from './base/context.ts'
import { exitCodes } from './base/exit-codes.ts'
import { operationAction } from './base/operation-action.ts'
import { collect, jsonOption, type RunAction } from './base/run-action.ts'

interface MigrateOptions {
  readonly json?: boolean
  readonly apply?: boolean
  readonly plan?: string
  readonly force?: boolean
  readonly reason?: string
  readonly param?: readonly string[]
  /** Commander's `--no-backup`. */
  readonly backup?: boolean
}

export function registerMigrate(program: Command, run: RunAction): void {
  const migrate = program
    .command('migrate')
    .description('run a migration of the schema, rows or content state; dry run by default')
    .argument('<name>', '`kb-schema`, `kb-backfill`, `blob-to-neon` or a file of scripts/migrations')
    .option('--apply', 'commit; without this everything is rolled back')
    .option('--plan <hash>', 'with --apply: only if the plan is still the one a dry run printed')
    .option('--force', 'run an applied migration again')
    .option('--reason <text>', 'reason for the ledger')
    .option('--param <key=value>', 'a parameter of the migration; repeatable', collect)
    .option('--no-backup', 'skip the backup')
    .option(...jsonOption)
    .enablePositionalOptions()
    .action((name: string, options: MigrateOptions) => run(migrateCommand(name), options))
  migrate
    .command('list')
    .description('list all migrations of this build and their state')
    .option(...jsonOption)
    .action((options: { json?: boolean }) => run(listCommand, options))
}

export function migrateCommand(name: string): CommandAction<MigrateOptions> {
  return async (context, options) => {
    const action = operationAction<MigrateOptions>(
      name,
      async (ctx) => {
        const summary = await runMigration(ctx, {
          name,
          apply: options.apply ?? false,
          planHash: options.plan,
          force: options.force,
          reason: options.reason,
          parameters: parseParameters(options.param ?? []),
          backupFirst: options.backup ?? true,
        })
        if (options.json !== true) context.stdout.write(describeSql(summary))
        return summary
      },
      { needsSchema: name !== 'kb-schema' },
    )
    return action(context, options)
  }
}

function parseParameters(given: readonly string[]): Record<string, string> {
  const wrong = given.filter((text) => !/^[^=]+=/.test(text))
  if (wrong.length > 0)
    throw new SettingsError(wrong.map((text) => `--param must be key=value, not \`${text}\`.`))
  return Object.fromEntries(
    given.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
  )
}

/** The SQL that a dry run of the schema executed and rolled back. */
function describeSql({ mode, report }: OperationSummary): string {
  const migrations = report['schemaMigrations'] as
    { name: string; checksum: string; sql: string }[] | undefined
  if (mode !== 'dry-run' || migrations === undefined) return ''
  return migrations
    .map(({ name, checksum, sql }) => `-- ${name} (SHA-256 ${checksum})\n\n${sql.trimEnd()}\n\n`)
    .join('')
}

const listCommand: CommandAction<{ json?: boolean }> = async (context, { json = false }) => {
  const settings = context.loadSettings()
  const database = await openDatabase(settings, { log: context.createLog(settings), direct: true, max: 2 })
  try {
    const listed = await listMigrations({ pool: database.pool })
    const lines = listed.map(({ name, state, appliedAt, description }) => {
      const when = appliedAt === null ? '' : ` ${appliedAt.slice(0, 19)}Z`
      return `${`${state}${when}`.padEnd(30)}${name}\n${''.padEnd(30)}${description}\n`
    })
    context.stdout.write(json ? `${JSON.stringify(listed, null, 2)}\n` : lines.join(''))
    return exitCodes.done
  } finally {
    await database.stop()
  }
}
