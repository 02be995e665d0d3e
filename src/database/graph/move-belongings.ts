import type { ClientBase } from 'pg'

/**
 * Moves media, sources and workflow steps to another entity and redirects its slug and aliases there. Edges
 * are not moved.
 * @returns how many slugs newly lead to the other entity
 */
export async function moveBelongings(
  client: ClientBase,
  from: { readonly id: string; readonly slug: string },
  into: string,
): Promise<number> {
  await client.query(
    `INSERT INTO kb_entity_media (entity_id, media_id, position)
     SELECT $2, media_id, position + coalesce((SELECT max(position) + 1 FROM kb_entity_media WHERE entity_id = $2), 0)
     FROM kb_entity_media WHERE entity_id = $1 ON CONFLICT DO NOTHING`,
    [from.id, into],
  )
  await client.query(
    `UPDATE kb_entity_sources s SET entity_id = $2 WHERE entity_id = $1 AND NOT EXISTS (
       SELECT FROM kb_entity_sources o WHERE o.entity_id = $2 AND o.uri = s.uri
         AND o.locator IS NOT DISTINCT FROM s.locator)`,
    [from.id, into],
  )
  await client.query('UPDATE kb_workflow_steps SET entity_id = $2 WHERE entity_id = $1', [from.id, into])
  const { rowCount } = await client.query('UPDATE kb_redirects SET entity_id = $2 WHERE entity_id = $1', [
    from.id,
    into,
  ])
  await client.query(
    `INSERT INTO kb_redirects (slug, entity_id) VALUES ($1, $2)
     ON CONFLICT (slug) DO UPDATE SET entity_id = excluded.entity_id`,
    [from.slug, into],
  )
  return (rowCount ?? 0) + 1
}
