import type { Command } from 'commander'
import { listPeople, type Person } from '../../database/access/people.ts'
import { addPerson, changePerson, type PersonUpdate } from '../../ops/access/people.ts'
import type { CommandAction, CommandContext } from '../base/context.ts'
import { dayOf } from '../../domain/timestamp.ts'
import { exitCodes } from '../base/exit-codes.ts'
import { readPassword } from './read-password.ts'
import { roleOption } from './role-option.ts'
import { jsonOption, type RunAction } from '../base/run-action.ts'
import { withCurrentSchema } from '../base/with-database.ts'

interface JsonOption {
  readonly json?: boolean
}
interface RoleOption extends JsonOption {
  readonly role: Person['role']
}

export function registerPerson(program: Command, run: RunAction): void {
  const person = program.command('person').description('user accounts besides the admin')
  person
    .command('add <name>')
    .description('add a user, with the password from standard input')
    .addOption(roleOption())
    .option(...jsonOption)
    .addHelpText(
      'after',
      '\nExample:\n  $ openssl rand -base64 24 | tee /dev/stderr | kb person add ada --role EDITOR',
    )
    .action((name: string, options: RoleOption) => run(addCommand, { name, ...options }))
  person
    .command('list')
    .description('everybody, by name')
    .option(...jsonOption)
    .action((options: JsonOption) => run(listCommand, options))
  const change = (verb: string, description: string) =>
    person
      .command(`${verb} <name>`)
      .description(description)
      .option(...jsonOption)
  change('role', "change a user's role and end their sessions")
    .addOption(roleOption())
    .action((name: string, { role, json }: RoleOption) =>
      run(changeCommand, { name, json, operation: 'person role', readUpdate: () => ({ role }) }),
    )
  change('password', 'set the password from standard input and end their sessions').action(
    (name: string, { json }: JsonOption) =>
      run(changeCommand, {
        name,
        json,
        operation: 'person password',
        readUpdate: async ({ stdin }) => ({ password: await readPassword(stdin) }),
      }),
  )
  for (const [verb, isDisabled] of [
    ['disable', true],
    ['enable', false],
  ] as const)
    change(verb, isDisabled ? 'block a user at once' : 'unblock a user').action(
      (name: string, { json }: JsonOption) =>
        run(changeCommand, { name, json, operation: `person ${verb}`, readUpdate: () => ({ isDisabled }) }),
    )
}

const addCommand: CommandAction<RoleOption & { readonly name: string }> = async (
  context,
  { name, role, json },
) => {
  const password = await readPassword(context.stdin)
  return withCurrentSchema(context, async (pool) =>
    show(context, await addPerson({ pool, actor: context.actor }, { name, role, password }), json),
  )
}

interface ChangeOptions {
  readonly name: string
  readonly json: boolean | undefined
  readonly operation: string
  readonly readUpdate: (context: CommandContext) => PersonUpdate | Promise<PersonUpdate>
}

const changeCommand: CommandAction<ChangeOptions> = async (context, options) => {
  const { name, json, operation, readUpdate } = options
  const update = await readUpdate(context)
  return withCurrentSchema(context, async (pool) =>
    show(context, await changePerson({ pool, actor: context.actor }, name, operation, update), json),
  )
}

const listCommand: CommandAction<JsonOption> = (context, { json }) =>
  withCurrentSchema(context, async (pool) => {
    const people = await listPeople(pool)
    context.stdout.write(json === true ? `${JSON.stringify(people, null, 2)}\n` : people.map(line).join(''))
    return exitCodes.done
  })

function show({ stdout }: CommandContext, person: Person, json?: boolean): number {
  stdout.write(json === true ? `${JSON.stringify(person, null, 2)}\n` : line(person))
  return exitCodes.done
}

function line({ name, role, createdAt, disabledAt }: Person): string {
  const state = disabledAt === null ? `since ${dayOf(createdAt)}` : `disabled ${dayOf(disabledAt)}`
  return `${role.padEnd(8)}  ${state}  ${name}\n`
}
