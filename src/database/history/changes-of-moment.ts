import type { ClientBase } from 'pg'
import type { JsonObject } from '../../domain/json/value.ts'

export interface MomentChange {
  readonly operation: 'ADDED' | 'CHANGED' | 'REMOVED'
  readonly subjectType: 'Entity' | 'GraphEdge'
  readonly subjectId: string
  readonly subjectKey: string
  readonly before: JsonObject | null
  readonly after: JsonObject | null
  readonly changedAt: string
  readonly changedBy: string | null
}

const rfc3339 = (expression: string) =>
  `to_char(${expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

export async function readMoment(client: ClientBase): Promise<string> {
  const { rows } = await client.query<{ moment: string }>(
    `SELECT ${rfc3339('changed_at')} AS moment FROM kb_graph_version WHERE id = 1`,
  )
  return rows[0]!.moment
}

export async function readChangesOf(
  client: ClientBase,
  moment: string,
  runId: string,
): Promise<MomentChange[]> {
  const { rows } = await client.query<MomentChange>(
    `SELECT c.operation, c.subject_type AS "subjectType", c.subject_id AS "subjectId", c.subject_key AS "subjectKey",
       p.state AS before, c.state AS after, ${rfc3339('c.changed_at')} AS "changedAt", c.changed_by AS "changedBy"
     FROM kb_changes c LEFT JOIN LATERAL (SELECT p.state FROM kb_changes p
       WHERE p.subject_id = c.subject_id AND p.changed_at < c.changed_at ORDER BY p.changed_at DESC LIMIT 1) p ON true
     WHERE c.changed_at = $1::timestamptz AND c.run_id = $2 AND c.operation IS NOT NULL ORDER BY c.position`,
    [moment, runId],
  )
  return rows
}
