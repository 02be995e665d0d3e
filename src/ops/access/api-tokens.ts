import type { Pool } from 'pg'
import {
  findApiTokens,
  insertApiToken,
  revokeApiToken,
  shortenApiToken,
  type ApiToken,
} from '../../database/access/api-tokens.ts'
import { writeAudit } from '../../database/access/audit.ts'
import { withTransaction } from '../../database/connection/transaction.ts'
import { createApiToken } from '../../domain/access/api-token.ts'
import { nameIssues } from '../../domain/text/text-issues.ts'
import { AppError } from '../../errors.ts'

export interface AccessContext {
  readonly pool: Pool
  readonly actor: string
}

/** A token with its secret, which is shown only once. */
export interface IssuedToken extends ApiToken {
  readonly token: string
}

const longestName = 200

/**
 * Creates an API token of any role: terminal access implies database access.
 * @throws AppError BAD_REQUEST
 */
export async function createToken(
  { pool, actor }: AccessContext,
  { name, role, seconds }: Pick<ApiToken, 'name' | 'role'> & { readonly seconds: number },
): Promise<IssuedToken> {
  const [issue] = nameIssues(name, '', 'name', longestName)
  if (issue !== undefined)
    throw new AppError('BAD_REQUEST', `The token needs another name: ${issue.message}.`)
  return withTransaction(pool, 'READ COMMITTED', async (client) => {
    const { token, prefix, hash } = createApiToken()
    const issued = await insertApiToken(client, {
      name,
      role,
      seconds,
      prefix,
      tokenHash: hash,
      createdBy: actor,
    })
    await writeAudit(client, auditSource(actor), 'token create', [
      {
        targetType: 'ApiToken',
        targetKey: prefix,
        details: { name, role, expiresAt: issued.expiresAt.toISOString() },
      },
    ])
    return { ...issued, token }
  })
}

/**
 * Replaces a token by one with the same name, role and lifetime. The old one stays valid for a grace period.
 * @param graceSeconds 0 revokes the old token at once
 * @throws AppError NOT_FOUND, or BAD_REQUEST if several tokens match
 */
export function rotateToken(
  { pool, actor }: AccessContext,
  what: string,
  graceSeconds: number,
): Promise<IssuedToken> {
  return withTransaction(pool, 'READ COMMITTED', async (client) => {
    const old = onlyOne(await findApiTokens(client, what), what)
    const { token, prefix, hash } = createApiToken()
    const seconds = (old.expiresAt.getTime() - old.createdAt.getTime()) / 1000
    const { name, role } = old
    const issued = await insertApiToken(client, {
      name,
      role,
      seconds,
      prefix,
      tokenHash: hash,
      createdBy: actor,
    })
    if (graceSeconds === 0) await revokeApiToken(client, old.id)
    else await shortenApiToken(client, old.id, graceSeconds)
    await writeAudit(client, auditSource(actor), 'token rotate', [
      {
        targetType: 'ApiToken',
        targetKey: prefix,
        details: { name, role, replaces: old.prefix, graceSeconds },
      },
    ])
    return { ...issued, token }
  })
}

/** Revokes a token at once, found by its id, displayed prefix or name. Throws NOT_FOUND or BAD_REQUEST. */
export function revokeToken({ pool, actor }: AccessContext, what: string): Promise<ApiToken> {
  return withTransaction(pool, 'READ COMMITTED', async (client) => {
    const token = onlyOne(await findApiTokens(client, what), what)
    await revokeApiToken(client, token.id)
    await writeAudit(client, auditSource(actor), 'token revoke', [
      { targetType: 'ApiToken', targetKey: token.prefix, details: { name: token.name } },
    ])
    return token
  })
}

function onlyOne(found: readonly ApiToken[], what: string): ApiToken {
  if (found.length > 1) {
    const prefixes = found.map(({ prefix }) => prefix).join(', ')
    throw new AppError(
      'BAD_REQUEST',
      `Several tokens are called ${what}; name one by its prefix: ${prefixes}.`,
    )
  }
  if (found[0] === undefined)
    throw new AppError('NOT_FOUND', `No valid token matches ${what}; see \`kb token list\`.`)
  return found[0]
}

export function auditSource(actor: string) {
  const [door = 'cli', name = ''] = actor.split(':', 2)
  return { door, actor: { name, role: 'ADMIN' }, requestId: null } as const
}
