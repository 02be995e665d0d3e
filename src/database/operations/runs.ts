import type { ClientBase, Pool, PoolClient } from 'pg'
import type { CheckStatus, OperationKind, Run, RunStatus } from '../../generated/prisma/client.ts'
import { hashJson } from '../../domain/hash.ts'
import type { JsonObject } from '../../domain/json/value.ts'
import { toRfc3339 } from '../../domain/timestamp.ts'
import { writeAudit, type AuditSource } from '../access/audit.ts'
import type { SqlRow } from '../tables/sql-row.ts'
import { withTransaction } from '../connection/transaction.ts'

const everyKind: Record<OperationKind, true> = {
  MIGRATION: true,
  PARITY: true,
  DRIFT: true,
  BACKUP_DRILL: true,
  BLOB_FALLBACK: true,
  RELEASE_GATE: true,
  REFRESH: true,
  EXPORT: true,
  IMPORT: true,
  ROLLBACK: true,
  METRICS: true,
  REDACTION: true,
  ENVIRONMENT: true,
  COUNTS: true,
}
export const operationKinds = Object.keys(everyKind) as readonly OperationKind[]
export type { OperationKind, RunStatus }
export type RunOutcome = CheckStatus

export interface RunLine {
  readonly at: string
  readonly level: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR'
  readonly message: string
  readonly fields: JsonObject | null
}

/** A row of `admin_runs` without heartbeat columns. `hash` covers all other columns. */
export type OperationRun = SqlRow<
  Omit<Run, 'owner' | 'heartbeatAt' | 'cancelRequested'>,
  { readonly parameters: JsonObject; readonly summary: JsonObject | null; readonly log: readonly RunLine[] }
>

export type RunStart = Pick<
  OperationRun,
  'id' | 'kind' | 'name' | 'mode' | 'actor' | 'gitCommit' | 'parameters'
>
export type RunEnd = Pick<OperationRun, 'outcome' | 'summary' | 'log'> & {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'CANCELED'
}

const chainLock = 7_126_033

const runColumns = `id, kind, name, mode, status, outcome, actor, git_commit AS "gitCommit", parameters,
  started_at::text AS "startedAt", finished_at::text AS "finishedAt", summary, log, position,
  previous_hash AS "previousHash", hash`

type RunRow = Omit<OperationRun, 'position'> & { readonly position: string | null }

function toRun(row: RunRow): OperationRun {
  return {
    ...row,
    startedAt: toRfc3339(row.startedAt),
    finishedAt: row.finishedAt === null ? null : toRfc3339(row.finishedAt),
    position: row.position === null ? null : Number(row.position),
  }
}

/** Records a run's start, with its audit row if an API requested it. It joins the chain at its end. */
export async function startRun(
  pool: Pool,
  run: RunStart,
  owner: string,
  audit?: { readonly source: AuditSource; readonly operation: string },
): Promise<void> {
  await withTransaction(pool, 'READ COMMITTED', async (client) => {
    await insertRun(client, run, owner)
    if (audit === undefined) return
    const { id, kind, name, mode } = run
    const target = { targetType: 'OperationRun', targetKey: name, details: { runId: id, kind, mode } }
    await writeAudit(client, audit.source, audit.operation, [target])
  })
}

async function insertRun(client: ClientBase, run: RunStart, owner: string): Promise<void> {
  await client.query(
    `INSERT INTO admin_runs (id, kind, name, mode, status, actor, git_commit, parameters, owner, hash)
     VALUES ($1, $2, $3, $4, 'RUNNING', $5, $6, $7, $8, $9)`,
    [
      run.id,
      run.kind,
      run.name,
      run.mode,
      run.actor,
      run.gitCommit,
      JSON.stringify(run.parameters),
      owner,
      hashJson({ ...run }),
    ],
  )
}

export async function beatRun(pool: Pool, id: string, log: readonly RunLine[]): Promise<boolean> {
  const { rows } = await pool.query<{ stop: boolean }>(
    `UPDATE admin_runs SET heartbeat_at = now(), log = $2 WHERE id = $1 AND status = 'RUNNING'
     RETURNING cancel_requested AS stop`,
    [id, JSON.stringify(log)],
  )
  return rows[0]?.stop ?? false
}

/** Records how a run ended and chains it to the one before. An ended run stays unchanged. */
export async function finishRun(pool: Pool, id: string, end: RunEnd): Promise<void> {
  await withTransaction(pool, 'READ COMMITTED', async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [chainLock])
    await chain(client, id, end)
  })
}

async function chain(client: PoolClient, id: string, end: RunEnd): Promise<void> {
  const updated = await client.query(
    `UPDATE admin_runs SET status = $2, outcome = $3, summary = $4, log = $5, finished_at = clock_timestamp()
     WHERE id = $1 AND position IS NULL`,
    [id, end.status, end.outcome, end.summary && JSON.stringify(end.summary), JSON.stringify(end.log)],
  )
  if (updated.rowCount === 0) return
  const last = await client.query<{ position: string; hash: string }>(
    'SELECT position, hash FROM admin_runs WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1',
  )
  const run = (await readRun(client, id))!
  const previousHash = last.rows[0]?.hash ?? null
  const position = Number(last.rows[0]?.position ?? 0) + 1
  await client.query('UPDATE admin_runs SET position = $2, previous_hash = $3, hash = $4 WHERE id = $1', [
    id,
    position,
    previousHash,
    hashRun({ ...run, position, previousHash }),
  ])
}

/** Hashes a finished run with the run before it. */
export function hashRun({ hash: _, ...run }: OperationRun): string {
  return hashJson(run)
}

export async function readRun(client: ClientBase | Pool, id: string): Promise<OperationRun | null> {
  const { rows } = await client.query<RunRow>(`SELECT ${runColumns} FROM admin_runs WHERE id = $1`, [id])
  return rows[0] === undefined ? null : toRun(rows[0])
}

export interface RunFilter {
  readonly kinds?: readonly OperationKind[] | null | undefined
  readonly modes?: readonly OperationRun['mode'][] | null | undefined
  readonly outcomes?: readonly RunOutcome[] | null | undefined
  readonly since?: string | null | undefined
}

export interface RunPage {
  /** Where the page begins, exclusive, in its direction. */
  readonly from: readonly [startedAt: string, id: string] | null
  readonly backward: boolean
  readonly limit: number
}

const filterSql = `($1::text[] IS NULL OR kind::text = ANY ($1)) AND ($2::text[] IS NULL OR mode::text = ANY ($2))
  AND ($3::text[] IS NULL OR outcome::text = ANY ($3)) AND ($4::timestamptz IS NULL OR started_at >= $4)`
const filterValues = ({ kinds, modes, outcomes, since }: RunFilter) => [
  kinds ?? null,
  modes ?? null,
  outcomes ?? null,
  since ?? null,
]

export async function listRuns(pool: Pool, filter: RunFilter, page: RunPage): Promise<OperationRun[]> {
  const [compare, order] = page.backward ? ['>', 'ASC'] : ['<', 'DESC']
  const { rows } = await pool.query<RunRow>(
    `SELECT ${runColumns} FROM admin_runs WHERE ${filterSql}
       AND ($5::timestamptz IS NULL OR (started_at, id) ${compare} ($5::timestamptz, $6::uuid))
     ORDER BY admin_runs.started_at ${order}, id ${order} LIMIT $7`,
    [...filterValues(filter), page.from?.[0] ?? null, page.from?.[1] ?? null, page.limit],
  )
  return rows.map(toRun)
}

export async function countRuns(pool: Pool, filter: RunFilter): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM admin_runs WHERE ${filterSql}`,
    filterValues(filter),
  )
  return rows[0]?.count ?? 0
}

/** Requests cancellation of a run on any host; false if it has ended or does not exist. */
export async function requestCancel(client: ClientBase | Pool, id: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE admin_runs SET cancel_requested = true WHERE id = $1 AND status = 'RUNNING'`,
    [id],
  )
  return rowCount === 1
}

/** Runs whose process is gone: no heartbeat, or of this host and not `isAlive`. */
export async function listDeadRuns(
  pool: Pool,
  isAlive: (owner: string) => boolean,
): Promise<readonly OperationRun[]> {
  const { rows } = await pool.query<RunRow & { owner: string; isStale: boolean }>(
    `SELECT ${runColumns}, owner, heartbeat_at < now() - interval '60 seconds' AS "isStale"
     FROM admin_runs WHERE status = 'RUNNING'`,
  )
  return rows
    .filter(({ isStale, owner }) => isStale || !isAlive(owner))
    .map(({ owner: _, isStale: __, ...row }) => toRun(row))
}

export async function findRunChainFaults(pool: Pool): Promise<string[]> {
  const faults: string[] = []
  let before: OperationRun | null = null
  for (let from = 0; ;) {
    const { rows } = await pool.query<RunRow>(
      `SELECT ${runColumns} FROM admin_runs WHERE position > $1 ORDER BY admin_runs.position LIMIT 500`,
      [from],
    )
    for (const run of rows.map(toRun)) {
      if (run.position !== from + 1) faults.push(`Runs ${from + 1} to ${run.position! - 1} are missing.`)
      else if (run.previousHash !== (before?.hash ?? null))
        faults.push(`Run ${run.id} does not follow the one before it.`)
      if (hashRun(run) !== run.hash) faults.push(`Run ${run.id} was changed after it had ended.`)
      from = run.position!
      before = run
    }
    if (rows.length < 500) return faults
  }
}
