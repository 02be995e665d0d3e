import type { ClientBase } from 'pg'
import sql, { join, type Sql } from 'sql-template-tag'
import { createRunStatement, type RunStatement } from '../../database/sql/statement.ts'
import { derivativeColumns, mediaColumns } from '../../database/media-reads.ts'
import { publicRunColumns } from '../../database/provenance-reads.ts'
import { stepColumns, workflowColumns } from '../../database/workflow-reads.ts'
import type { DerivativeRecord, MediaRecord } from '../../media-reader.ts'
import type { ProvenanceRunRecord } from '../../provenance-reader.ts'
import type { StepRecord, WorkflowRecord } from '../../workflow-reader.ts'
import { loadSources, type SourceTable } from './source-table.ts'

/** Everything but entities and edges, each list in its API order. */
export interface SideTables {
  readonly media: readonly MediaRecord[]
  readonly derivatives: readonly DerivativeRecord[]
  readonly mediaLinks: readonly MediaLink[]
  readonly workflows: readonly WorkflowRecord[]
  readonly steps: readonly StepRecord[]
  readonly dependencies: readonly { readonly stepId: string; readonly dependsOnId: string }[]
  readonly runs: readonly ProvenanceRunRecord[]
  readonly sources: SourceTable
  readonly redirects: readonly { readonly slug: string; readonly entityId: string }[]
}

export interface MediaLink {
  readonly entityId: string
  readonly mediaId: string
  readonly position: number
}

type SideTable = keyof SideTables

/** The tables behind each noun, which is reread when one changes. */
export const tablesOf: Readonly<Record<SideTable, readonly string[]>> = {
  media: ['kb_media_objects'],
  derivatives: ['kb_media_derivatives'],
  mediaLinks: ['kb_entity_media'],
  workflows: ['kb_workflows'],
  steps: ['kb_workflow_steps', 'kb_workflows'],
  dependencies: ['kb_workflow_step_dependencies'],
  runs: ['kb_provenance_runs'],
  sources: ['kb_entity_sources'],
  redirects: ['kb_redirects'],
}

const list = (columns: Sql, rest: Sql) => sql`SELECT ${columns} FROM ${rest}`

const statements: Readonly<Record<Exclude<SideTable, 'sources'>, Sql>> = {
  media: list(mediaColumns, sql`kb_media_objects m ORDER BY m.key`),
  derivatives: list(derivativeColumns, sql`kb_media_derivatives d ORDER BY d.width, d.preset`),
  mediaLinks: list(
    sql`l.entity_id AS "entityId", l.media_id AS "mediaId", l.position`,
    sql`kb_entity_media l ORDER BY l.position`,
  ),
  workflows: list(workflowColumns, sql`kb_workflows w WHERE w.status = 'PUBLISHED' ORDER BY w.slug`),
  steps: list(
    stepColumns,
    sql`kb_workflow_steps st JOIN kb_workflows w ON w.id = st.workflow_id AND w.status = 'PUBLISHED' ORDER BY st.position`,
  ),
  dependencies: list(
    sql`y.step_id AS "stepId", y.depends_on_id AS "dependsOnId"`,
    sql`kb_workflow_step_dependencies y`,
  ),
  runs: list(publicRunColumns, sql`kb_provenance_runs r ORDER BY r.started_at DESC, r.key`),
  redirects: list(join([sql`r.slug`, sql`r.entity_id AS "entityId"`]), sql`kb_redirects r`),
}

/** Reads all nouns, or the changed ones, in the client's snapshot. */
export async function loadSideTables(
  client: ClientBase,
  known: { readonly nouns: SideTables; readonly stale: ReadonlySet<SideTable> } | null,
): Promise<SideTables> {
  const run: RunStatement = createRunStatement(client)
  const found: Partial<Record<SideTable, unknown>> = { ...known?.nouns }
  for (const name of Object.keys(tablesOf) as SideTable[]) {
    if (known !== null && !known.stale.has(name)) continue
    found[name] = name === 'sources' ? await loadSources(client) : await run(statements[name])
  }
  return found as unknown as SideTables
}

export function staleSideTables(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): Set<SideTable> {
  const names = Object.keys(tablesOf) as SideTable[]
  return new Set(names.filter((name) => tablesOf[name].some((table) => before[table] !== after[table])))
}
