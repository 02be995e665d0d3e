import type { ClientBase } from 'pg'
import { hashJson } from '../../domain/hash.ts'
import type { JsonObject } from '../../domain/json/value.ts'

const portion = 2000
const tables = { Entity: 'kb_entities', GraphEdge: 'kb_edges' } as const

/**
 * Recomputes the content hash of each entity and edge changed in this transaction: plain SQL updates cannot,
 * since the hash is over canonical JSON. Revisions stay.
 * @param client in the transaction that made the changes
 * @returns how many hashes were corrected
 */
export async function correctHashes(client: ClientBase, signal: AbortSignal): Promise<number> {
  const { rows } = await client.query<{ moment: string | null }>(
    `SELECT CASE WHEN current_setting('kb.changing', true) = 'yes' THEN kb_change_moment()::text END AS moment`,
  )
  const moment = rows[0]?.moment ?? null
  if (moment === null) return 0
  let corrected = 0
  for (let after = '0'; ;) {
    signal.throwIfAborted()
    const changed = await client.query<Changed>(
      `SELECT position::text, subject_type AS "subjectType", subject_id AS id, state, content_hash AS hash FROM kb_changes
       WHERE changed_at = $1::timestamptz AND state IS NOT NULL AND position > $2 ORDER BY position LIMIT ${portion}`,
      [moment, after],
    )
    const last = changed.rows.at(-1)
    if (last === undefined) return corrected
    after = last.position
    for (const [subjectType, table] of Object.entries(tables)) {
      const wrong = changed.rows.flatMap((row) => {
        const hash = row.subjectType === subjectType ? hashJson(row.state) : row.hash
        return hash === row.hash ? [] : [{ id: row.id, hash }]
      })
      if (wrong.length === 0) continue
      const ids = wrong.map(({ id }) => id)
      const hashes = wrong.map(({ hash }) => hash)
      const { rowCount } = await client.query(
        `UPDATE ${table} t SET content_hash = w.hash FROM unnest($1::uuid[], $2::text[]) AS w(id, hash) WHERE t.id = w.id`,
        [ids, hashes],
      )
      corrected += rowCount ?? 0
    }
  }
}

interface Changed {
  readonly position: string
  readonly subjectType: keyof typeof tables
  readonly id: string
  readonly state: JsonObject
  readonly hash: string
}
