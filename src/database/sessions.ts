import type { ClientBase, Pool } from 'pg'
import type { Actor, Role } from '../domain/role.ts'
import { toRfc3339 } from '../domain/timestamp.ts'

/** Remembers somebody who has signed in. Only the hash of the token is kept. Ended sessions are cleared away. */
export async function createSession(
  pool: ClientBase | Pool,
  session: {
    readonly tokenHash: string
    readonly name: string
    readonly role: Role
    readonly seconds: number
  },
): Promise<void> {
  await pool.query('DELETE FROM admin_sessions WHERE expires_at < now()')
  await pool.query(
    `INSERT INTO admin_sessions (token_hash, name, role, expires_at)
     VALUES ($1, $2, $3, now() + make_interval(secs => $4))`,
    [session.tokenHash, session.name, session.role, session.seconds],
  )
}

/** Who a token belongs to; null if it is unknown or ended. Last use is noted once a minute, to spare writes. */
export async function findSession(pool: Pool, tokenHash: string): Promise<Actor | null> {
  const { rows } = await pool.query<{ name: string; role: Role; expiresAt: string; isOld: boolean }>(
    `SELECT name, role, expires_at::text AS "expiresAt", last_seen_at < now() - interval '1 minute' AS "isOld"
     FROM admin_sessions WHERE token_hash = $1 AND expires_at > now()`,
    [tokenHash],
  )
  const found = rows[0]
  if (found === undefined) return null
  if (found.isOld)
    await pool.query('UPDATE admin_sessions SET last_seen_at = now() WHERE token_hash = $1', [tokenHash])
  return { name: found.name, role: found.role, tokenId: null, expiresAt: toRfc3339(found.expiresAt) }
}

/** Ends a session. @returns whose it was; null if there is none */
export async function deleteSession(
  client: ClientBase,
  tokenHash: string,
): Promise<{ readonly name: string; readonly role: Role } | null> {
  const { rows } = await client.query<{ name: string; role: Role }>(
    'DELETE FROM admin_sessions WHERE token_hash = $1 RETURNING name, role',
    [tokenHash],
  )
  return rows[0] ?? null
}
