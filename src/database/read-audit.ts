import type { Pool } from 'pg'
import type { JsonObject } from '../domain/json-value.ts'
import type { Role } from '../domain/role.ts'
import { toRfc3339 } from '../domain/timestamp.ts'

/** A row of `admin_audit`. */
export interface AuditEntry {
  readonly id: number
  readonly at: string
  readonly actor: string
  readonly role: Role
  readonly tokenId: string | null
  readonly requestId: string | null
  readonly operation: string
  readonly targetType: string
  readonly targetKey: string
  readonly beforeHash: string | null
  readonly afterHash: string | null
  readonly details: JsonObject
}

export interface AuditFilter {
  readonly actor?: string | undefined
  readonly operation?: string | undefined
  readonly target?: string | undefined
  /** RFC 3339. */
  readonly since?: string | undefined
  readonly limit: number
}

/** What was done, the newest first. */
export async function readAudit(
  pool: Pool,
  { actor, operation, target, since, limit }: AuditFilter,
): Promise<AuditEntry[]> {
  const { rows } = await pool.query<Omit<AuditEntry, 'id'> & { id: string }>(
    `SELECT id, at::text AS at, actor, role, token_id AS "tokenId", request_id AS "requestId", operation,
       target_type AS "targetType", target_key AS "targetKey", before_hash AS "beforeHash", after_hash AS "afterHash", details
     FROM admin_audit
     WHERE ($1::text IS NULL OR actor = $1) AND ($2::text IS NULL OR operation = $2)
       AND ($3::text IS NULL OR target_key = $3) AND ($4::timestamptz IS NULL OR at >= $4)
     ORDER BY id DESC LIMIT $5`,
    [actor ?? null, operation ?? null, target ?? null, since ?? null, limit],
  )
  return rows.map((row) => ({ ...row, id: Number(row.id), at: toRfc3339(row.at) }))
}
