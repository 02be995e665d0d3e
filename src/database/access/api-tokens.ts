import type { ClientBase, Pool } from 'pg'
import type { ApiToken as TokenRow } from '../../generated/prisma/client.ts'
import type { Actor, Role } from '../../domain/access/role.ts'
import { toRfc3339 } from '../../domain/timestamp.ts'
import { writeRefusalOf } from '../connection/write-refusal.ts'
import { databaseTime, rows } from './rows.ts'

/** A token as it is listed: without its hash. */
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

/** All tokens, the newest first; the revoked and ended ones too. */
export function listApiTokens(db: ClientBase | Pool): Promise<ApiToken[]> {
  return rows(db, (prisma) =>
    prisma.apiToken.findMany({ orderBy: [{ createdAt: 'desc' }, { id: 'asc' }], omit }),
  )
}

/** The tokens that an id, a prefix or a name means and that are still good. Locked until the transaction ends. */
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

/** Lets a token end in so many seconds, unless it ends before. */
export async function shortenApiToken(client: ClientBase, id: string, seconds: number): Promise<void> {
  await rows(client, async (prisma) => {
    const expiresAt = after(await databaseTime(prisma), seconds)
    return prisma.apiToken.updateMany({ where: { id, expiresAt: { gt: expiresAt } }, data: { expiresAt } })
  })
}

function after(moment: Date, seconds: number): Date {
  return new Date(moment.getTime() + seconds * 1000)
}

/**
 * Who comes with a token; null if it is unknown, revoked or ended. Last use is noted once a minute, to spare writes. By SQL,
 * since each request that brings a token asks it.
 */
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
      // Where nothing can be written, its reads are answered all the same.
      .catch((error: unknown) => {
        if (writeRefusalOf(error) === null) throw error
      })
  return { name: `token:${name}`, role, tokenId: id, expiresAt: toRfc3339(expiresAt) }
}
