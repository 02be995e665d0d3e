import { writeAudit } from '../../database/access/audit.ts'
import { insertPerson, updatePerson, type Person, type PersonChange } from '../../database/access/people.ts'
import { withTransaction } from '../../database/connection/transaction.ts'
import { hashPassword } from '../../domain/access/password-hash.ts'
import { findPasswordFault } from '../../domain/access/well-known-password.ts'
import { AppError } from '../../errors.ts'
import { auditSource, type AccessContext } from './api-tokens.ts'

const namePattern = /^[a-z0-9][a-z0-9._@-]{0,199}$/

export async function addPerson(
  { pool, actor }: AccessContext,
  { name, role, password }: Pick<Person, 'name' | 'role'> & { readonly password: string },
): Promise<Person> {
  if (!namePattern.test(name))
    throw new AppError(
      'BAD_REQUEST',
      `${JSON.stringify(name)} is not a valid user name; use lower-case letters, digits and . _ @ -`,
    )
  if (name === 'admin')
    throw new AppError('BAD_REQUEST', 'The name admin is reserved for ADMIN_PASSWORD; choose another one.')
  const passwordHash = await hashGoodPassword(password)
  return withTransaction(pool, 'READ COMMITTED', async (client) => {
    const person = await insertPerson(client, { name, role, passwordHash, createdBy: actor })
    if (person === null)
      throw new AppError('BAD_REQUEST', `The user ${name} already exists; see \`kb person list\`.`)
    const target = { targetType: 'Person', targetKey: name, details: { role } }
    await writeAudit(client, auditSource(actor), 'person add', [target])
    return person
  })
}

export type PersonUpdate = Omit<PersonChange, 'passwordHash'> & { readonly password?: string }

/** Changes a person's role, password or access, and ends their sessions. */
export async function changePerson(
  { pool, actor }: AccessContext,
  name: string,
  operation: string,
  { password, ...rest }: PersonUpdate,
): Promise<Person> {
  const passwordHash = password === undefined ? undefined : await hashGoodPassword(password)
  return withTransaction(pool, 'READ COMMITTED', async (client) => {
    const change = { ...rest, ...(passwordHash !== undefined && { passwordHash }) }
    const person = await updatePerson(client, name, change)
    if (person === null) throw new AppError('NOT_FOUND', `There is no user ${name}; see \`kb person list\`.`)
    const details = { ...rest, ...(passwordHash !== undefined && { password: 'changed' }) }
    await writeAudit(client, auditSource(actor), operation, [
      { targetType: 'Person', targetKey: name, details },
    ])
    return person
  })
}

async function hashGoodPassword(password: string): Promise<string> {
  const fault = findPasswordFault(password)
  if (fault !== null) throw new AppError('BAD_REQUEST', `The password ${fault}.`)
  return hashPassword(password)
}
