import type { Pool } from 'pg'
import type { GraphCounts } from '../database/graph-counts.ts'

/** Something an operation found; `code` is stable. */
export interface Finding {
  readonly code: string
  readonly severity: 'error' | 'warning'
  readonly subject: string
  readonly message: string
}

/** What every operation prints with `--json`. Counts are by table. */
export interface OperationSummary {
  readonly operation: string
  readonly name: string
  readonly mode: 'dry-run' | 'apply'
  readonly status: 'succeeded' | 'failed'
  readonly startedAt: string
  readonly finishedAt: string
  readonly actor: string
  readonly target: OperationTarget | null
  readonly counts: {
    readonly before: Readonly<Record<string, number>>
    readonly after: Readonly<Record<string, number>>
    readonly inserted: Readonly<Record<string, number>>
    readonly updated: Readonly<Record<string, number>>
    readonly deleted: Readonly<Record<string, number>>
    readonly unchanged: Readonly<Record<string, number>>
  }
  readonly payloadHash: string | null
  readonly planHash: string | null
  readonly resultHash: string | null
  readonly ledgerId: string | null
  readonly findings: readonly Finding[]
  readonly warnings: readonly string[]
}

/** What a database says of itself; a URL is no proof of what it points at. */
export interface OperationTarget {
  /** Identifier of the cluster; null where the server does not tell it. */
  readonly system: string | null
  readonly database: string
  readonly environment: string
}

export interface OperationHead {
  readonly operation: string
  readonly name: string
  readonly mode: OperationSummary['mode']
  readonly actor: string
  readonly environment: string
}

/** What the work of an operation hands over for its summary. */
export interface OperationResult {
  readonly counts: GraphCounts
  readonly payloadHash: string | null
  readonly resultHash?: string | null
  readonly warnings?: readonly string[]
}

/**
 * Runs the work of an operation and sums it up, with the row counts of all graph tables before and after.
 *
 * @returns the summary, and the error if the work failed: the summary then says so.
 */
export async function summarizeOperation(
  pool: Pool,
  { environment, ...head }: OperationHead,
  work: () => Promise<OperationResult>,
): Promise<{ summary: OperationSummary; error: unknown }> {
  const startedAt = new Date().toISOString()
  const target = { ...(await readTarget(pool)), environment }
  const before = await countTables(pool)
  const outcome = await work().then(
    (result) => ({ result, error: null }),
    (error: unknown) => ({ result: null, error: error ?? new Error('The operation failed.') }),
  )
  // After a failure the database itself may be gone; the first error is the one to tell.
  const after = await countTables(pool).catch(() => ({}))
  const { result, error } = outcome
  const summary: OperationSummary = {
    ...head,
    status: error === null ? 'succeeded' : 'failed',
    startedAt,
    finishedAt: new Date().toISOString(),
    target,
    counts: { before, after, ...spread(result?.counts ?? {}) },
    payloadHash: result?.payloadHash ?? null,
    planHash: null,
    resultHash: result?.resultHash ?? null,
    ledgerId: null,
    findings: error === null ? [] : [findingOf(head.name, error)],
    warnings: result?.warnings ?? [],
  }
  return { summary, error }
}

function spread(counts: GraphCounts) {
  const pick = (name: 'inserted' | 'updated' | 'deleted' | 'unchanged') =>
    Object.fromEntries(Object.entries(counts).map(([table, count]) => [table, count[name]]))
  return {
    inserted: pick('inserted'),
    updated: pick('updated'),
    deleted: pick('deleted'),
    unchanged: pick('unchanged'),
  }
}

function findingOf(subject: string, error: unknown): Finding {
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'operation.failed', severity: 'error', subject, message }
}

async function readTarget(pool: Pool): Promise<Omit<OperationTarget, 'environment'>> {
  const database = await pool.query<{ name: string }>('SELECT current_database() AS name')
  // Hosted servers may withhold it from ordinary roles.
  const system = await pool
    .query<{ id: string }>('SELECT system_identifier::text AS id FROM pg_control_system()')
    .catch(() => null)
  return { system: system?.rows[0]?.id ?? null, database: database.rows[0]?.name ?? '' }
}

const graphTables = [
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
]

async function countTables(pool: Pool): Promise<Record<string, number>> {
  const counts = graphTables.map((table) => `SELECT '${table}' AS name, count(*)::int AS count FROM ${table}`)
  const found = await pool.query<{ name: string; count: number }>(counts.join(' UNION ALL '))
  return Object.fromEntries(found.rows.map(({ name, count }) => [name, count]))
}
