import { userInfo } from 'node:os'
import { Command, CommanderError } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import { registerAdmin } from './commands/access/admin.ts'
import { registerAudit } from './commands/access/audit.ts'
import { registerBlob } from './commands/content/blob-fallback-verify.ts'
import type { CommandContext } from './commands/base/context.ts'
import { registerBackup } from './commands/backup.ts'
import { registerDrill } from './commands/backup-drill.ts'
import { registerContent } from './commands/content/content.ts'
import { registerCounts } from './commands/counts.ts'
import { registerDatabase } from './commands/db-deploy.ts'
import { registerEnvironment } from './commands/env.ts'
import { describeError, exitCodeOf, exitCodes } from './commands/base/exit-codes.ts'
import { registerImport } from './commands/import-wordnet.ts'
import { registerKnowledge } from './commands/knowledge.ts'
import { registerLedger } from './commands/ledger.ts'
import { registerMedia } from './commands/media.ts'
import { registerMigrate } from './commands/migrate.ts'
import { registerIntake } from './commands/content/intake.ts'
import { registerReleaseGate } from './commands/release-gate.ts'
import { registerParity } from './commands/parity.ts'
import { registerPerson } from './commands/access/person.ts'
import { registerRedact } from './commands/redact.ts'
import { registerRefresh } from './commands/refresh.ts'
import { registerRollback } from './commands/rollback.ts'
import { registerToken } from './commands/access/token.ts'
import type { RunAction } from './commands/base/run-action.ts'
import { createServeCommand } from './commands/serve.ts'
import { loadSettings } from './config.ts'
import { chooseLogFormat, createLog } from './log.ts'

/**
 * Runs one command and returns its exit code: 0 done, 1 failed, 2 usage or settings, 3 refused, 4 busy, 5
 * unknown. The first Ctrl-C stops it gracefully, the second at once.
 */
export async function runCli(args: readonly string[]): Promise<number> {
  const controller = new AbortController()
  const stop = () => {
    if (controller.signal.aborted) process.exit(exitCodes.failed)
    controller.abort()
  }
  process.on('SIGINT', stop).on('SIGTERM', stop)
  // The reader closed the pipe, as in `kb counts | head`.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCodes.done)
    throw error
  })
  let exitCode: number = exitCodes.done
  const context = createContext(controller.signal)
  const program = createProgram((action, options) =>
    action(context, options).then((code) => void (exitCode = code)),
  )
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    // Commander has already printed its message; help and version are not errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
    process.stderr.write(`${describeError(error)}\n`)
    return exitCodeOf(error)
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}

/** Every `kb` command, in help order. */
const verbs: readonly ((program: Command, run: RunAction) => void)[] = [
  registerServe,
  registerDatabase,
  registerMigrate,
  registerLedger,
  registerImport,
  registerKnowledge,
  registerContent,
  registerBlob,
  registerParity,
  registerBackup,
  registerDrill,
  registerRedact,
  registerRefresh,
  registerRollback,
  registerReleaseGate,
  registerCounts,
  registerEnvironment,
  registerIntake,
  registerMedia,
  registerAdmin,
  registerPerson,
  registerToken,
  registerAudit,
]

export function createProgram(run: RunAction): Command {
  const program = new Command('kb')
    .description('Knowledge backbone: serves and maintains a knowledge graph over GraphQL.')
    .version(packageJson.version)
    .exitOverride()
    // Options belong to the command they follow, also for commands with subcommands.
    .enablePositionalOptions()
    .showHelpAfterError('Run with --help for usage.')
    .addHelpText(
      'after',
      '\nSettings are environment variables; .env.example lists them. Without DATABASE_URL or POSTGRES_URL an embedded\n' +
        'database is used. Exit codes: 0 done, 1 found a difference or failed and rolled back, 2 wrong usage or settings,\n' +
        '3 refused, 4 busy, 5 outcome unknown (run again).',
    )
  for (const register of verbs) register(program, run)
  return program
}

function registerServe(program: Command, run: RunAction): void {
  program
    .command('serve')
    .description('serve GraphQL at HOST:PORT until stopped')
    .action(async (options: object) => {
      // Only the server needs GraphQL, so other commands start without it.
      const { startServer } = await import('./server.ts')
      await run(createServeCommand(startServer), options)
    })
}

function createContext(signal: AbortSignal): CommandContext {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    signal,
    actor: `cli:${userName()}`,
    environment: process.env,
    loadSettings: () => loadSettings(process.env),
    createLog: (settings) =>
      createLog({
        level: settings.logLevel,
        ...chooseLogFormat(settings.production, process.stderr, process.env),
      }),
  }
}

/** In a container the user may be missing from the password file. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`
  }
}
