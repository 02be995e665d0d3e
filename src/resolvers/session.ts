import { randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import { findTokenActor } from '../database/access/api-tokens.ts'
import { writeAudit } from '../database/access/audit.ts'
import { findCredentials } from '../database/access/people.ts'
import { createSession, deleteSession, findSession } from '../database/access/sessions.ts'
import { createAttemptLimit, type AttemptLimit } from '../database/access/sign-in-attempts.ts'
import { withTransaction } from '../database/connection/transaction.ts'
import { sha256Hex } from '../domain/hash.ts'
import { networkOf } from '../domain/access/network.ts'
import { createTurns } from '../domain/turns.ts'
import { hashPassword, verifyPassword } from '../domain/access/password-hash.ts'
import { publicActor, type Actor, type Role } from '../domain/access/role.ts'
import { AppError } from '../errors.ts'

/** The bootstrap account; no person can use this name. */
const adminName = 'admin'
const sessionSeconds = 12 * 60 * 60
/** Failures within this window lock out until it ends: */
const windowSeconds = 15 * 60
/** an account from one address, and an address (IPv6: a /64), so that strangers cannot lock out the owner; */
const allowedFailures = 5
/** an account from everywhere, against distributed guessing. */
const allowedFailuresOfAccount = 100
const hashesAtOnce = 2

export interface SignInRequest {
  readonly name: string
  readonly password: string
  readonly address: string
  readonly requestId?: string
}

export interface Sessions {
  /** Throws UNAUTHENTICATED, the same for an unknown name and a wrong password, or RATE_LIMITED. */
  signIn(request: SignInRequest): Promise<{ token: string; seconds: number; actor: Actor }>
  signOut(token: string, requestId?: string): Promise<void>
  /** The actor of a session; the public if it is invalid or expired. */
  actorOf(token: string): Promise<Actor>
  /** Throws UNAUTHENTICATED: a program must not silently continue as the public. */
  actorOfApiToken(token: string): Promise<Actor>
}

export interface SessionOptions {
  readonly pool: Pool
  readonly adminPassword: string | null
  /** PHC string, instead of the password. */
  readonly adminPasswordHash: string | null
}

/**
 * Sessions of people and of the bootstrap admin. Passwords are hashed with argon2id, two at a time. Attempts
 * count before they are checked, so that parallel requests cannot bypass the limit. Signing in and out is
 * audited.
 */
export function createSessions({ pool, adminPassword, adminPasswordHash }: SessionOptions): Sessions {
  const limit = createAttemptLimit(pool, allowedFailures, windowSeconds)
  const limitOfAccount = createAttemptLimit(pool, allowedFailuresOfAccount, windowSeconds)
  const hashing = createTurns(hashesAtOnce)
  const hasAdmin = adminPassword !== null || adminPasswordHash !== null
  // Unknown names take as long as known ones, so that timing reveals nothing.
  const bootstrapped = (async () =>
    adminPasswordHash ?? hashPassword(adminPassword ?? randomBytes(32).toString('hex')))()
  bootstrapped.catch(() => undefined)

  async function authenticate(name: string, password: string): Promise<Role | null> {
    const person = name === adminName ? null : await findCredentials(pool, name)
    const expected = person?.passwordHash ?? (await bootstrapped)
    const isRight = await hashing(() => verifyPassword(password, expected))
    if (!isRight) return null
    if (name === adminName) return hasAdmin ? 'ADMIN' : null
    return person?.role ?? null
  }

  return {
    async signIn({ name, password, address, requestId = null as string | null }) {
      const network = networkOf(address)
      const [ofAddress, ofBoth, ofAccount] = [
        `address:${network}`,
        `account:${name} address:${network}`,
        `account:${name}`,
      ]
      // An address that is already locked out must not use up the account's attempts.
      await spendAttempt(limit, [ofAddress, ofBoth])
      await spendAttempt(limitOfAccount, [ofAccount])
      const role = await authenticate(name, password)
      if (role === null) throw new AppError('UNAUTHENTICATED', 'Wrong name or password.')
      // Keep failures from other names or addresses, or an attacker with an account could reset the limit.
      await Promise.all([limit.forgive(ofBoth), limit.refund(ofAddress), limitOfAccount.refund(ofAccount)])
      const token = randomBytes(32).toString('base64url')
      const actor = { name, role }
      await withTransaction(pool, 'READ COMMITTED', async (client) => {
        await createSession(client, { ...actor, tokenHash: sha256Hex(token), seconds: sessionSeconds })
        const target = { targetType: 'Session', targetKey: name, details: { address } }
        await writeAudit(client, { door: 'http', actor, requestId }, 'signIn', [target])
      })
      return { token, seconds: sessionSeconds, actor }
    },
    signOut: (token, requestId) =>
      withTransaction(pool, 'READ COMMITTED', async (client) => {
        const actor = await deleteSession(client, sha256Hex(token))
        if (actor === null) return
        const source = { door: 'http', actor, requestId: requestId ?? null }
        await writeAudit(client, source, 'signOut', [{ targetType: 'Session', targetKey: actor.name }])
      }),
    actorOf: async (token) => (await findSession(pool, sha256Hex(token))) ?? publicActor,
    async actorOfApiToken(token) {
      const actor = await findTokenActor(pool, sha256Hex(token))
      if (actor === null)
        throw new AppError(
          'UNAUTHENTICATED',
          'The API token is unknown, revoked or expired; create one with `kb token create`.',
        )
      return actor
    },
  }
}

async function spendAttempt(limit: AttemptLimit, keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    const seconds = await limit.spend(key)
    if (seconds === 0) continue
    throw new AppError('RATE_LIMITED', `Too many attempts to sign in; try again in ${seconds} seconds.`, {
      retryAfterSeconds: seconds,
    })
  }
}
