import type { ClientBase, Pool } from 'pg'

/** The graph's tables, referenced ones first. */
export const graphTables = [
  'kb_kinds',
  'kb_relations',
  'kb_domains',
  'kb_entities',
  'kb_entity_tags',
  'kb_edges',
  'kb_media_objects',
  'kb_media_derivatives',
  'kb_entity_media',
  'kb_workflows',
  'kb_workflow_steps',
  'kb_workflow_step_dependencies',
  'kb_provenance_runs',
  'kb_entity_sources',
  'kb_redirects',
] as const

export const adminTables = ['admin_content_state', 'admin_history', 'admin_migrations', 'admin_runs'] as const

export async function countTables(
  client: ClientBase | Pool,
  tables: readonly string[],
): Promise<Record<string, number>> {
  const counts = tables.map((table) => `SELECT '${table}' AS name, count(*)::int AS count FROM ${table}`)
  const found = await client.query<{ name: string; count: number }>(counts.join(' UNION ALL '))
  return Object.fromEntries(found.rows.map(({ name, count }) => [name, count]))
}
