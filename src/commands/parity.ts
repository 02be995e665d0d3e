import { InvalidArgumentError, Option, type Command } from 'commander'
import type { ParitySide } from '../ops/parity/store.ts'
import { verifyDeployment } from '../ops/parity/verify-deployment.ts'
import { parityScopes, verifyParity, type ParityScope } from '../ops/parity/verify.ts'
import { operationAction, storageAction, type OperationOptions } from './base/operation-action.ts'
import { collect, jsonOption, type RunAction } from './base/run-action.ts'

interface ParityFlags extends OperationOptions {
  readonly left?: ParitySide
  readonly right?: ParitySide
  readonly scope?: readonly ParityScope[]
  readonly table?: readonly string[]
}

export function registerParity(program: Command, run: RunAction): void {
  const parity = program
    .command('parity')
    .description('compare two stores: counts, then hashes, then differing rows; read-only')
    .option(
      '--left <side>',
      'neon, blob, file, an allowed deployment, or a backup by its id or path',
      readSide,
    )
    .option('--right <side>', 'the same', readSide)
    .addOption(
      new Option('--scope <scope...>', 'what to compare; default: both').choices(
        parityScopes.flatMap((scope) => [scope, scope.toLowerCase().replace('_', '-')]),
      ),
    )
    .option('--table <name>', 'only this table; repeatable', collect)
    .option(...jsonOption)
    .action(({ left, right, scope, table, ...flags }: ParityFlags, command: Command) => {
      // Not required options: the `postdeploy` subcommand has no sides.
      if (left === undefined || right === undefined)
        return command.error('error: --left and --right are needed, or the subcommand postdeploy')
      const names = scope?.map((name) => name.toUpperCase().replace('-', '_') as ParityScope)
      const options = { left, right, scope: names, tables: table }
      return run(
        operationAction<OperationOptions>('Parity', (ctx) => verifyParity(ctx, options)),
        flags,
      )
    })
  parity
    .command('postdeploy')
    .description(
      'compare the deployment at BASE_URL (else the local server) with its admin overview; needs ADMIN_PASSWORD',
    )
    .option(...jsonOption)
    .action((flags: OperationOptions) =>
      run(
        storageAction('Parity', (ctx) => verifyDeployment(ctx)),
        flags,
      ),
    )
}

const backends = { neon: 'NEON', blob: 'BLOB', file: 'FILE' } as const

function readSide(text: string): ParitySide {
  const backend = backends[text.toLowerCase() as keyof typeof backends]
  if (backend !== undefined) return { backend }
  if (/^https?:\/\//.test(text)) return { deployment: text }
  if (text.trim() === '') throw new InvalidArgumentError('Name a backend, a deployment or a backup.')
  return { artifact: text }
}
