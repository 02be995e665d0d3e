import { InvalidArgumentError, type Command } from 'commander'
import { listApiTokens, type ApiToken } from '../../database/access/api-tokens.ts'
import { dayOf } from '../../domain/timestamp.ts'
import { createToken, revokeToken, rotateToken, type IssuedToken } from '../../ops/access/api-tokens.ts'
import type { CommandAction, CommandContext } from '../base/context.ts'
import { exitCodes } from '../base/exit-codes.ts'
import { roleOption } from './role-option.ts'
import { jsonOption, type RunAction } from '../base/run-action.ts'
import { withCurrentSchema } from '../base/with-database.ts'

interface JsonOption {
  readonly json?: boolean
}

export function registerToken(program: Command, run: RunAction): void {
  const token = program.command('token').description('API tokens for programs')
  token
    .command('create')
    .description('create a token and print it; it is shown only once')
    .requiredOption('--name <name>', 'its purpose, shown in histories and the audit')
    .addOption(roleOption())
    .option('--expires <time>', 'lifetime: 12h, 90d, 52w', duration, 90 * 86_400)
    .option(...jsonOption)
    .addHelpText(
      'after',
      '\nExamples:\n  $ kb token create --name ci --role EDITOR\n  $ KB_TOKEN=$(kb token create --name nightly --role OPERATOR --expires 1d)\n' +
        '\nSend it as `Authorization: Bearer kb_…`.',
    )
    .action((options: CreateOptions) => run(createCommand, options))
  token
    .command('list')
    .description('list all tokens, newest first')
    .option(...jsonOption)
    .action((options: JsonOption) => run(listCommand, options))
  token
    .command('rotate <token>')
    .description('replace a token; the old one expires after a grace period')
    .option('--grace <time>', 'grace period of the old token: 0s revokes it at once', duration, 86_400)
    .option(...jsonOption)
    .action((what: string, options: { readonly grace: number } & JsonOption) =>
      run(rotateCommand, { what, ...options }),
    )
  token
    .command('revoke <token>')
    .description('revoke a token at once, by its id, prefix or name')
    .option(...jsonOption)
    .action((what: string, options: JsonOption) => run(revokeCommand, { what, ...options }))
}

interface CreateOptions extends JsonOption {
  readonly name: string
  readonly role: ApiToken['role']
  readonly expires: number
}

const createCommand: CommandAction<CreateOptions> = (context, { name, role, expires, json }) =>
  withCurrentSchema(context, async (pool) =>
    show(context, await createToken({ pool, actor: context.actor }, { name, role, seconds: expires }), json),
  )

const rotateCommand: CommandAction<JsonOption & { readonly what: string; readonly grace: number }> = (
  context,
  { what, grace, json },
) =>
  withCurrentSchema(context, async (pool) =>
    show(context, await rotateToken({ pool, actor: context.actor }, what, grace), json),
  )

const revokeCommand: CommandAction<JsonOption & { readonly what: string }> = (context, { what, json }) =>
  withCurrentSchema(context, async (pool) => {
    const token = await revokeToken({ pool, actor: context.actor }, what)
    context.stdout.write(
      json === true ? `${JSON.stringify(token, null, 2)}\n` : `Revoked ${token.prefix}… (${token.name}).\n`,
    )
    return exitCodes.done
  })

const listCommand: CommandAction<JsonOption> = (context, { json }) =>
  withCurrentSchema(context, async (pool) => {
    const tokens = await listApiTokens(pool)
    const lines = tokens.map(
      (token) =>
        `${token.prefix}…  ${token.role.padEnd(8)}  ${stateOf(token).padEnd(16)}  last used ${token.lastUsedAt === null ? 'never' : dayOf(token.lastUsedAt)}  ${token.name}\n`,
    )
    context.stdout.write(json === true ? `${JSON.stringify(tokens, null, 2)}\n` : lines.join(''))
    return exitCodes.done
  })

/** Only the token goes to standard output, so that a script can capture it. */
function show({ stdout, stderr }: CommandContext, issued: IssuedToken, json?: boolean): number {
  if (json === true) stdout.write(`${JSON.stringify(issued, null, 2)}\n`)
  else {
    stderr.write(
      `${issued.name}: ${issued.role}, valid until ${dayOf(issued.expiresAt)}. It is shown only once.\n`,
    )
    stdout.write(`${issued.token}\n`)
  }
  return exitCodes.done
}

function stateOf({ revokedAt, expiresAt }: ApiToken): string {
  if (revokedAt !== null) return `revoked ${dayOf(revokedAt)}`
  return expiresAt.getTime() < Date.now() ? `ended ${dayOf(expiresAt)}` : `until ${dayOf(expiresAt)}`
}

const units = { s: 1, m: 60, h: 3600, d: 86_400, w: 7 * 86_400 } as const

/** Seconds in a duration such as `90d`. */
function duration(text: string): number {
  const match = /^(\d{1,6})([smhdw])$/.exec(text)
  const seconds = match === null ? NaN : Number(match[1]) * units[match[2] as keyof typeof units]
  if (!(seconds <= 10 * 366 * 86_400))
    throw new InvalidArgumentError('Give a time of at most ten years, such as 12h, 90d or 52w.')
  return seconds
}
