import type { ClientBase, Pool } from 'pg'
import type { Actor, Role } from '../domain/role.ts'
import { toRfc3339 } from '../domain/timestamp.ts'
import { writeRefusalOf } from './write-refusal.ts'

/** A row of `admin_tokens`; moments in RFC 3339. */
export interface ApiToken {
  readonly id: string
  readonly name: string
  readonly prefix: string
  readonly role: Exclude<Role, 'PUBLIC'>
  readonly createdAt: string
  readonly createdBy: string
  readonly expiresAt: string
  readonly lastUsedAt: string | null
  readonly revokedAt: string | null
}

const columns = `id, name, prefix, role, created_at::text AS "createdAt", created_by AS "createdBy",
  expires_at::text AS "expiresAt", last_used_at::text AS "lastUsedAt", revoked_at::text AS "revokedAt"`

function toToken(row: ApiToken): ApiToken {
  return {
    ...row,
    createdAt: toRfc3339(row.createdAt),
    expiresAt: toRfc3339(row.expiresAt),
    lastUsedAt: row.lastUsedAt && toRfc3339(row.lastUsedAt),
    revokedAt: row.revokedAt && toRfc3339(row.revokedAt),
  }
}

export async function insertApiToken(
  client: ClientBase,
  token: Pick<ApiToken, 'name' | 'prefix' | 'role' | 'createdBy'> & {
    readonly hash: string
    readonly seconds: number
  },
): Promise<ApiToken> {
  const { rows } = await client.query<ApiToken>(
    `INSERT INTO admin_tokens (name, prefix, token_hash, role, created_by, expires_at)
     VALUES ($1, $2, $3, $4, $5, now() + make_interval(secs => $6)) RETURNING ${columns}`,
    [token.name, token.prefix, token.hash, token.role, token.createdBy, token.seconds],
  )
  return toToken(rows[0]!)
}

/** All tokens, the newest first; the revoked and ended ones too. */
export async function listApiTokens(client: ClientBase | Pool): Promise<ApiToken[]> {
  const { rows } = await client.query<ApiToken>(
    `SELECT ${columns} FROM admin_tokens ORDER BY created_at DESC, id`,
  )
  return rows.map(toToken)
}

/** The tokens that an id, a prefix or a name means and that are still good. Locked until the transaction ends. */
export async function findApiTokens(client: ClientBase, what: string): Promise<ApiToken[]> {
  const { rows } = await client.query<ApiToken>(
    `SELECT ${columns} FROM admin_tokens WHERE (id::text = $1 OR prefix = $1 OR name = $1)
       AND revoked_at IS NULL AND expires_at > now() ORDER BY created_at, id FOR UPDATE`,
    [what],
  )
  return rows.map(toToken)
}

export async function revokeApiToken(client: ClientBase, id: string): Promise<void> {
  await client.query('UPDATE admin_tokens SET revoked_at = now() WHERE id = $1', [id])
}

/** Lets a token end in so many seconds, unless it ends before. */
export async function shortenApiToken(client: ClientBase, id: string, seconds: number): Promise<void> {
  await client.query(
    'UPDATE admin_tokens SET expires_at = least(expires_at, now() + make_interval(secs => $2)) WHERE id = $1',
    [id, seconds],
  )
}

/** Who comes with a token; null if it is unknown, revoked or ended. Last use is noted once a minute, to spare writes. */
export async function findTokenActor(pool: Pool, hash: string): Promise<Actor | null> {
  const { rows } = await pool.query<{
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
  const found = rows[0]
  if (found === undefined) return null
  if (found.isOld)
    await pool
      .query('UPDATE admin_tokens SET last_used_at = now() WHERE id = $1', [found.id])
      // Where nothing can be written, its reads are answered all the same.
      .catch((error: unknown) => {
        if (writeRefusalOf(error) === null) throw error
      })
  const { id, name, role, expiresAt } = found
  return { name: `token:${name}`, role, tokenId: id, expiresAt: toRfc3339(expiresAt) }
}
