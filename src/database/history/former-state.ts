import type { ClientBase } from 'pg'

export async function readFormerState<Content>(
  client: ClientBase,
  id: string,
  revision: number,
): Promise<Content | null> {
  const { rows } = await client.query<{ state: Content }>(
    `SELECT state FROM kb_changes WHERE subject_id = $1 AND revision = $2 AND state IS NOT NULL
     ORDER BY changed_at DESC LIMIT 1`,
    [id, revision],
  )
  return rows[0]?.state ?? null
}
