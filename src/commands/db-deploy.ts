import type { Command } from 'commander'
import { deploySchema } from '../ops/deploy-schema.ts'
import type { CommandAction } from './command-context.ts'
import { exitCodes } from './exit-codes.ts'
import type { RunAction } from './run-action.ts'

const deploySchemaCommand: CommandAction<{ json?: boolean }> = async (context, { json = false }) => {
  const settings = context.loadSettings()
  const deployment = await deploySchema(settings, context.createLog(settings))
  const { applied } = deployment
  const text = applied.length > 0 ? `Applied ${applied.join(', ')}.` : 'Nothing was pending.'
  context.stdout.write(`${json ? JSON.stringify(deployment, null, 2) : text}\n`)
  return exitCodes.done
}

/** `kb db deploy`: the pending schema migrations, applied to the configured or the embedded database. */
export function registerDatabase(program: Command, run: RunAction): void {
  program
    .command('db')
    .description('the database itself')
    .command('deploy')
    .description('apply the pending schema migrations; the server does that to the embedded database alone')
    .option('--json', 'print what was applied as JSON on standard output')
    .action((options: { json?: boolean }) => run(deploySchemaCommand, options))
}
