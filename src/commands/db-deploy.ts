import type { Command } from 'commander'
import { migrateCommand } from './migrate.ts'
import { jsonOption, type RunAction } from './base/run-action.ts'

/** `kb db deploy`: an alias of `kb migrate kb-schema --apply`, under the name other tools expect. */
export function registerDatabase(program: Command, run: RunAction): void {
  program
    .command('db')
    .description('deploy the database schema')
    .command('deploy')
    .description('apply pending schema migrations; the server only does this for the embedded database')
    .option(...jsonOption)
    .action((options: { json?: boolean }) => run(migrateCommand('kb-schema'), { ...options, apply: true }))
}
