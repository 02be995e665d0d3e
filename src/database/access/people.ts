import type { ClientBase, Pool } from 'pg'
import type { Person as PersonRow } from '../../generated/prisma/client.ts'
import type { Role } from '../../domain/access/role.ts'
import { databaseTime, rows } from './rows.ts'

export type Person = Omit<PersonRow, 'passwordHash'>

const omit = { passwordHash: true } as const

export function insertPerson(
  client: ClientBase,
  person: Pick<PersonRow, 'name' | 'role' | 'createdBy' | 'passwordHash'>,
): Promise<Person | null> {
  return rows(client, async (prisma) => {
    const [inserted] = await prisma.person.createManyAndReturn({ data: [person], skipDuplicates: true, omit })
    return inserted ?? null
  })
}

export function listPeople(db: ClientBase | Pool): Promise<Person[]> {
  return rows(db, (prisma) => prisma.person.findMany({ orderBy: { name: 'asc' }, omit }))
}

/** The credentials to verify a sign-in against; null if the name is unknown or disabled. */
export function findCredentials(
  pool: Pool,
  name: string,
): Promise<{ readonly role: Role; readonly passwordHash: string } | null> {
  return rows(pool, (prisma) =>
    prisma.person.findFirst({
      where: { name, disabledAt: null },
      select: { role: true, passwordHash: true },
    }),
  )
}

export interface PersonChange {
  readonly role?: Role
  readonly passwordHash?: string
  readonly isDisabled?: boolean
}

/** Updates a person and ends their sessions; null if nobody has this name. */
export function updatePerson(
  client: ClientBase,
  name: string,
  { isDisabled, ...change }: PersonChange,
): Promise<Person | null> {
  return rows(client, async (prisma) => {
    // A person who is already disabled keeps the original time.
    if (isDisabled === true)
      await prisma.person.updateMany({
        where: { name, disabledAt: null },
        data: { disabledAt: await databaseTime(prisma) },
      })
    const [updated] = await prisma.person.updateManyAndReturn({
      where: { name },
      data: { ...change, ...(isDisabled === false && { disabledAt: null }) },
      omit,
    })
    await prisma.session.deleteMany({ where: { name } })
    return updated ?? null
  })
}
