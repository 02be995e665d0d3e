import type { ClientBase, Pool } from 'pg'
import type { ApiToken as TokenRow } from '../../generated/prisma/client.ts'
import type { Actor, Role } from '../../domain/access/role.ts'
import { toRfc3339 } from '../../domain/timestamp.ts'
import { writeRefusalOf } from '../connection/write-refusal.ts'
import { databaseTime, rows } from './rows.ts'

export type ApiToken = Omit<TokenRow, 'tokenHash'>

const omit = { tokenHash: true } as const

export function insertApiToken(
  client: ClientBase,
  {
    seconds,
    ...token
  }: Pick<TokenRow, 'name' | 'prefix' | 'role' | 'createdBy' | 'tokenHash'> & { readonly seconds: number },
): Promise<ApiToken> {
  return rows(client, async (prisma) => {
    const createdAt = await databaseTime(prisma)
    return prisma.apiToken.create({
      data: { ...token, createdAt, expiresAt: after(createdAt, seconds) },
      omit,
    })
  })
}

export function listApiTokens(db: ClientBase | Pool): Promise<ApiToken[]> {
  return rows(db, (prisma) =>
    prisma.apiToken.findMany({ orderBy: [{ createdAt: 'desc' }, { id: 'asc' }], omit }),
  )
}

/** Valid tokens that match an id, prefix or name, locked until the transaction ends. */
export function findApiTokens(client: ClientBase, what: string): Promise<ApiToken[]> {
  return rows(client, async (prisma) => {
    const locked = await prisma.$queryRaw<{ id: string }[]>`
      SELECT id FROM admin_tokens WHERE (id::text = ${what} OR prefix = ${what} OR name = ${what})
        AND revoked_at IS NULL AND expires_at > now() FOR UPDATE`
    return prisma.apiToken.findMany({
      where: { id: { in: locked.map(({ id }) => id) } },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      omit,
    })
  })
}

export async function revokeApiToken(client: ClientBase, id: string): Promise<void> {
  await rows(client, async (prisma) =>
    prisma.apiToken.update({ where: { id }, data: { revokedAt: await databaseTime(prisma) } }),
  )
}

/** Makes a token expire in the given number of seconds, unless it expires sooner. */
export async function shortenApiToken(client: ClientBase, id: string, seconds: number): Promise<void> {
  await rows(client, async (prisma) => {
    const expiresAt = after(await databaseTime(prisma), seconds)
    return prisma.apiToken.updateMany({ where: { id, expiresAt: { gt: expiresAt } }, data: { expiresAt } })
  })
}

function after(moment: Date, seconds: number): Date {
  return new Date(moment.getTime() + seconds * 1000)
}

/** The actor of a valid token; null for none. Plain SQL, because every token request runs it. */
export async function findTokenActor(pool: Pool, hash: string): Promise<Actor | null> {
  const { rows: found } = await pool.query<{
    id: string
    name: string
    role: Role
    expiresAt: string
    isOld: boolean
  }>(
    `SELECT id, name, role, expires_at::text AS "expiresAt",
       coalesce(last_used_at, '-infinity') < now() - interval '1 minute' AS "isOld"
     FROM admin_tokens WHERE token_hash = $1 AND revoked_at IS NULL AND expires_at > now()`,
    [hash],
  )
  if (found[0] === undefined) return null
  const { id, name, role, expiresAt, isOld } = found[0]
  if (isOld)
    await pool
      .query('UPDATE admin_tokens SET last_used_at = now() WHERE id = $1', [id])
      // A read-only database must not fail the token's reads.
      .catch((error: unknown) => {
        if (writeRefusalOf(error) === null) throw error
      })
  return { name: `token:${name}`, role, tokenId: id, expiresAt: toRfc3339(expiresAt) }
}
