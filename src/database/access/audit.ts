import type { ClientBase } from 'pg'
import { actorName, type Actor } from '../../domain/access/role.ts'
import type { JsonObject } from '../../domain/json/value.ts'

export interface AuditSource {
  readonly door: string
  readonly actor: Actor
  readonly requestId: string | null
}

export interface AuditTarget {
  readonly targetType: string
  /** Human-readable key: a slug, a key, a name. */
  readonly targetKey: string
  /** Content hash; null where the target did not exist or no longer exists. */
  readonly beforeHash?: string | null
  readonly afterHash?: string | null
  readonly details?: JsonObject
}

/**
 * Writes one audit row per target.
 * @param client in the transaction of the audited change, so that both commit or neither does
 * @param operation the mutation's field, or the verb
 */
export async function writeAudit(
  client: ClientBase,
  { door, actor, requestId }: AuditSource,
  operation: string,
  targets: readonly AuditTarget[],
): Promise<void> {
  if (targets.length === 0) return
  const rows = targets.map(({ targetType, targetKey, beforeHash, afterHash, details }) => ({
    target_type: targetType,
    target_key: targetKey,
    before_hash: beforeHash ?? null,
    after_hash: afterHash ?? null,
    details: details ?? {},
  }))
  await client.query(
    `INSERT INTO admin_audit (actor, role, token_id, request_id, operation, target_type, target_key, before_hash, after_hash, details)
     SELECT $1, $2, $3, $4, $5, t.* FROM json_to_recordset($6)
       AS t (target_type text, target_key text, before_hash text, after_hash text, details jsonb)`,
    [actorName(door, actor), actor.role, actor.tokenId ?? null, requestId, operation, JSON.stringify(rows)],
  )
}
