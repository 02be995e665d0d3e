import type { ClientBase, Pool } from 'pg'
import type { Session } from '../../generated/prisma/client.ts'
import type { Actor, Role } from '../../domain/access/role.ts'
import { toRfc3339 } from '../../domain/timestamp.ts'
import { databaseTime, rows } from './rows.ts'

/** Creates a session, storing only the token's hash, and deletes expired sessions. */
export async function createSession(
  db: ClientBase | Pool,
  { seconds, ...session }: Pick<Session, 'tokenHash' | 'name' | 'role'> & { readonly seconds: number },
): Promise<void> {
  await rows(db, async (prisma) => {
    const createdAt = await databaseTime(prisma)
    await prisma.session.deleteMany({ where: { expiresAt: { lt: createdAt } } })
    const expiresAt = new Date(createdAt.getTime() + seconds * 1000)
    await prisma.session.create({ data: { ...session, createdAt, lastSeenAt: createdAt, expiresAt } })
  })
}

/** The person of a valid session token; null for none. Plain SQL, because every request runs it. */
export async function findSession(pool: Pool, tokenHash: string): Promise<Actor | null> {
  const { rows: found } = await pool.query<{ name: string; role: Role; expiresAt: string; isOld: boolean }>(
    `SELECT name, role, expires_at::text AS "expiresAt", last_seen_at < now() - interval '1 minute' AS "isOld"
     FROM admin_sessions WHERE token_hash = $1 AND expires_at > now()`,
    [tokenHash],
  )
  if (found[0] === undefined) return null
  const { name, role, expiresAt, isOld } = found[0]
  if (isOld)
    await pool.query('UPDATE admin_sessions SET last_seen_at = now() WHERE token_hash = $1', [tokenHash])
  return { name, role, tokenId: null, expiresAt: toRfc3339(expiresAt) }
}

export function deleteSession(
  client: ClientBase,
  tokenHash: string,
): Promise<{ readonly name: string; readonly role: Role } | null> {
  return rows(client, async (prisma) => {
    const session = await prisma.session.findFirst({
      where: { tokenHash },
      select: { name: true, role: true },
    })
    const { count } = await prisma.session.deleteMany({ where: { tokenHash } })
    return count === 0 ? null : session
  })
}
