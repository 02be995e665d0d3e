import { Argument, Option, type Command } from 'commander'
import { environmentNames, type EnvironmentName } from '../database/connection/database-identity.ts'
import { markDatabase } from '../ops/gate/mark-environment.ts'
import {
  environmentTargets,
  verifyEnvironment,
  type EnvironmentTarget,
} from '../ops/gate/verify-environment.ts'
import { exitCodeOfSummary } from './base/exit-codes.ts'
import { operationAction, type OperationOptions } from './base/operation-action.ts'
import { printSummary } from './base/print-summary.ts'
import { jsonOption, type RunAction } from './base/run-action.ts'
import type { CommandAction } from './base/context.ts'
import { loadSettings } from '../config.ts'

interface VerifyOptions extends OperationOptions {
  readonly target: EnvironmentTarget
  readonly file?: string
  readonly project: string
}

/** The environment under test may be invalid, so do not load settings from it first. */
const verifyCommand: CommandAction<VerifyOptions> = async (context, { target, file, project, json }) => {
  const settings = loadSettings({})
  const ctx = {
    pool: null,
    settings,
    log: context.createLog(settings),
    actor: context.actor,
    now: () => new Date(),
    signal: context.signal,
  }
  const summary = await verifyEnvironment(ctx, {
    target,
    file: file ?? null,
    environment: context.environment,
    projectFile: project,
  })
  printSummary(context.stdout, summary, json ?? false)
  return exitCodeOfSummary(summary)
}

export function registerEnvironment(program: Command, run: RunAction): void {
  const env = program.command('env').description('check the environment of a target, and mark databases')
  env
    .command('verify')
    .description('check every variable a target needs and the linked Vercel project; no database needed')
    .addOption(
      new Option('--target <name>', 'which target').choices(environmentTargets).default('production'),
    )
    .option('--file <path>', 'a file written by `vercel env pull`; default: the process environment')
    .option('--project <path>', 'the link to the Vercel project', '.vercel/project.json')
    .option(...jsonOption)
    .addHelpText(
      'after',
      '\nExample:\n  npx vercel env pull /tmp/site.env --environment production\n  kb env verify --target production --file /tmp/site.env',
    )
    .action((options: VerifyOptions) => run(verifyCommand, options))
  env
    .command('mark')
    .description('mark the environment of the database; restores, refreshes and repairs check it')
    .addArgument(new Argument('<name>', 'what it is').choices(environmentNames))
    .option(...jsonOption)
    .action((name: EnvironmentName, options: OperationOptions) =>
      run(
        operationAction('Mark', (ctx) => markDatabase(ctx, name)),
        options,
      ),
    )
}
