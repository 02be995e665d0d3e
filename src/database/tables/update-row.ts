import type { ClientBase } from 'pg'

/** Writes the next revision of a row, but only columns that differ, so untouched values keep every digit. */
export async function updateRow(
  client: ClientBase,
  table: 'kb_entities' | 'kb_edges',
  id: string,
  columns: readonly string[],
  before: readonly unknown[],
  after: readonly unknown[],
): Promise<void> {
  const changed = [...columns.keys()].filter((at) => before[at] !== after[at])
  await client.query(
    `UPDATE ${table} SET ${changed.map((at, place) => `${columns[at]!} = $${place + 2}, `).join('')}
       revision = revision + 1, updated_at = clock_timestamp() WHERE id = $1`,
    [id, ...changed.map((at) => after[at])],
  )
}
