import { randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { createSession, deleteSession, findSession } from '../database/sessions.ts'
import { sha256Hex } from '../domain/hash.ts'
import { hashPassword, verifyPassword } from '../domain/password-hash.ts'
import { publicActor, type Actor } from '../domain/role.ts'
import { AppError } from '../errors.ts'

/** The one account that the settings bootstrap. */
const adminName = 'admin'
const sessionSeconds = 12 * 60 * 60
/** Failures within this time lock an account, and an address, until it is over. */
const windowSeconds = 15 * 60
const allowedFailures = 5
const hashesAtOnce = 2

export interface SignInRequest {
  readonly name: string
  readonly password: string
  /** Network address it came from. */
  readonly address: string
}

/** Who is signed in, and how one gets there. */
export interface Sessions {
  /**
   * @returns the token of a new session, and for how many seconds it is good
   * @throws AppError UNAUTHENTICATED, the same for an unknown name and a wrong password; RATE_LIMITED
   */
  signIn(request: SignInRequest): Promise<{ token: string; seconds: number; actor: Actor }>
  signOut(token: string): Promise<void>
  /** The actor of a token; the public if the token is not, or no longer, good. */
  actorOf(token: string): Promise<Actor>
}

export interface SessionOptions {
  readonly pool: Pool
  readonly adminPassword: string | null
  /** PHC string; instead of the password itself. */
  readonly adminPasswordHash: string | null
}

/**
 * Sessions of the admin that ADMIN_PASSWORD bootstraps. Passwords are hashed with argon2id, two at a time; each attempt
 * counts before it is looked at, so that many at once are no way round the limit.
 */
export function createSessions({ pool, adminPassword, adminPasswordHash }: SessionOptions): Sessions {
  const limiter = new RateLimiterMemory({ points: allowedFailures, duration: windowSeconds })
  const hashing = createTurns(hashesAtOnce)
  // An account without a password costs a guess as much as one with.
  const expected = (async () =>
    adminPasswordHash ?? hashPassword(adminPassword ?? randomBytes(32).toString('hex')))()
  expected.catch(() => undefined)
  const hasPassword = adminPassword !== null || adminPasswordHash !== null

  return {
    async signIn({ name, password, address }) {
      const keys = [`account:${name}`, `address:${address}`]
      await spendAttempt(limiter, keys)
      const phc = await expected
      const isRight = await hashing(() => verifyPassword(password, phc))
      if (!isRight || name !== adminName || !hasPassword)
        throw new AppError('UNAUTHENTICATED', 'Name and password do not belong together.')
      await Promise.all(keys.map((key) => limiter.delete(key)))
      const token = randomBytes(32).toString('base64url')
      const actor = { name: adminName, role: 'ADMIN' } as const
      await createSession(pool, { ...actor, tokenHash: sha256Hex(token), seconds: sessionSeconds })
      return { token, seconds: sessionSeconds, actor }
    },
    signOut: (token) => deleteSession(pool, sha256Hex(token)),
    actorOf: async (token) => (await findSession(pool, sha256Hex(token))) ?? publicActor,
  }
}

async function spendAttempt(limiter: RateLimiterMemory, keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    try {
      await limiter.consume(key)
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal
      const seconds = Math.ceil(refusal.msBeforeNext / 1000)
      throw new AppError('RATE_LIMITED', `Too many attempts to sign in; try again in ${seconds} seconds.`, {
        retryAfterSeconds: seconds,
      })
    }
  }
}

/** Lets so many run at a time; the others wait for their turn. */
function createTurns(atOnce: number) {
  let running = 0
  const waiting: (() => void)[] = []
  return async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}
