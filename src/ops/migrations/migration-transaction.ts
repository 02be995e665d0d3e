import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool, PoolClient } from 'pg'
import {
  isConnectionLoss,
  isUnansweredCommit,
  sqlStateOf,
} from '../../database/connection/connection-loss.ts'
import { hasLedger, lockLedger } from '../../database/operations/ledger.ts'
import { StorageUnavailableError } from '../../storage/content-driver.ts'
import { writeRefusalOf } from '../../database/connection/write-refusal.ts'
import { OperationError } from '../run/error.ts'

/** An arbitrary constant that every data migration must share. */
const migrationLock = 7_126_032
const attempts = 3

export interface TransactionLimits {
  /** How long to wait for another migration, in milliseconds. Default 10,000. */
  readonly lockWaitMs?: number | undefined
  /** How long one statement may wait for a row or table lock. Default 30,000. */
  readonly lockTimeoutMs?: number | undefined
  /** How long one statement may run. Default: no limit. */
  readonly statementTimeoutMs?: number | undefined
}

export interface Ended<Result> {
  readonly keep: boolean
  readonly result: Result
}

export interface TransactionOptions extends TransactionLimits {
  /** READ COMMITTED for work that must see concurrent commits. Default REPEATABLE READ. */
  readonly isolation?: 'READ COMMITTED' | undefined
  readonly runId: string
  readonly signal: AbortSignal
  readonly onStep: (step: 'begun' | 'locked' | 'committing' | 'committed' | 'rolled-back') => Promise<void>
}

/**
 * Runs a migration in one transaction under the migration lock. The lock belongs to the transaction, so a
 * crash cannot leave it behind. Retries after a serialization failure or deadlock (40001, 40P01).
 * @throws OperationError `busy` if the lock times out, `unknown` if the connection was lost after COMMIT was
 * sent, `failed` for any earlier error; rethrows an OperationError or abort from the work
 */
export async function inMigrationTransaction<Result>(
  pool: Pool,
  options: TransactionOptions,
  work: (client: PoolClient) => Promise<Ended<Result>>,
): Promise<Result> {
  const deadline = Date.now() + (options.lockWaitMs ?? 10_000)
  for (let attempt = 1; ;) {
    options.signal.throwIfAborted()
    try {
      const outcome = await attemptOnce(pool, options, work)
      if (outcome !== 'locked') return outcome.result
    } catch (error) {
      const isRace = ['40001', '40P01'].includes(sqlStateOf(error) ?? '')
      if (!isRace || attempt++ >= attempts) throw toOperationError(error, options)
    }
    if (Date.now() > deadline) throw await busy(pool, options.runId)
    await sleep(100, undefined, { signal: options.signal })
  }
}

async function attemptOnce<Result>(
  pool: Pool,
  options: TransactionOptions,
  work: (client: PoolClient) => Promise<Ended<Result>>,
): Promise<{ readonly result: Result } | 'locked'> {
  const client = await pool.connect()
  let isBroken = false
  let isCommitting = false
  let pid: number | null = null
  // A statement that takes minutes ignores the signal, so cancel it on the server.
  const stop = () => {
    if (pid !== null && !isCommitting)
      pool.query('SELECT pg_cancel_backend($1)', [pid]).catch(() => undefined)
  }
  options.signal.addEventListener('abort', stop, { once: true })
  try {
    await begin(client, options)
    await options.onStep('begun')
    pid = await tryLock(client)
    if (pid === null) {
      await client.query('ROLLBACK')
      return 'locked'
    }
    // The snapshot is older than the lock: a commit in between would be invisible.
    if (await hasLedger(client)) await lockLedger(client)
    await options.onStep('locked')
    const { keep, result } = await work(client)
    options.signal.throwIfAborted()
    if (keep) {
      await options.onStep('committing')
      isCommitting = true
      const { command } = await client.query('COMMIT')
      if (command !== 'COMMIT') throw new Error('The server answered COMMIT with ROLLBACK.')
      await options.onStep('committed')
    } else {
      await client.query('ROLLBACK')
      await options.onStep('rolled-back')
    }
    return { result }
  } catch (error) {
    await client.query('ROLLBACK').catch(() => (isBroken = true))
    if (!isCommitting || !isUnansweredCommit(error)) throw error
    throw new OperationError(
      'unknown',
      'outcome-unknown',
      'The connection was lost after COMMIT was sent, so the migration may or may not be applied. Run it again: that is always safe.',
      { cause: error },
    )
  } finally {
    options.signal.removeEventListener('abort', stop)
    client.release(isBroken)
  }
}

/** These settings take no snapshot, so they can precede the lock. */
async function begin(client: PoolClient, limits: TransactionOptions): Promise<void> {
  const { lockTimeoutMs = 30_000, statementTimeoutMs = 0 } = limits
  await client.query(
    `BEGIN ISOLATION LEVEL ${limits.isolation ?? 'REPEATABLE READ'};
     SET LOCAL lock_timeout = ${Math.trunc(lockTimeoutMs)};
     SET LOCAL statement_timeout = ${Math.trunc(statementTimeoutMs)};
     -- A client that dies in the middle of a statement is noticed, and its locks with it.
     SET LOCAL client_connection_check_interval = 1000;
     SET LOCAL idle_in_transaction_session_timeout = 600000;
     SET LOCAL tcp_keepalives_idle = 30; SET LOCAL tcp_keepalives_interval = 10; SET LOCAL tcp_keepalives_count = 3`,
  )
}

/** Returns the backend process that holds the lock for this transaction; null if another one has it. */
export async function tryLock(client: PoolClient): Promise<number | null> {
  const { rows } = await client.query<{ locked: boolean; pid: number }>(
    'SELECT pg_try_advisory_xact_lock($1) AS locked, pg_backend_pid() AS pid',
    [migrationLock],
  )
  return rows[0]?.locked === true ? rows[0].pid : null
}

async function busy(pool: Pool, ownId: string): Promise<OperationError> {
  const running = await pool
    .query<{ id: string; name: string; actor: string }>(
      `SELECT id, name, actor FROM admin_runs
       WHERE kind = 'MIGRATION' AND status = 'RUNNING' AND id <> $1 ORDER BY started_at LIMIT 1`,
      [ownId],
    )
    .then(({ rows }) => rows[0] ?? null)
    .catch(() => null)
  const who = running === null ? '' : ` (${running.name}, by ${running.actor})`
  return new OperationError(
    'busy',
    'already-running',
    `Another migration is running${who}. Wait for it to end, then run this again; there is nothing to unlock.`,
    { result: { report: { running: running?.id ?? null } } },
  )
}

const nothingKept = 'This run was rolled back; run it again.'

function toOperationError(error: unknown, { signal }: TransactionOptions): unknown {
  if (error instanceof OperationError || signal.aborted) return error
  const message = error instanceof Error ? error.message : String(error)
  const failed = (text: string) => new OperationError('failed', 'failed', text, { cause: error })
  if (isConnectionLoss(error))
    return failed(`The connection was lost before COMMIT was sent: ${message}. ${nothingKept}`)
  if (error instanceof StorageUnavailableError) {
    return new OperationError('failed', 'backend-unavailable', `${message} ${nothingKept}`, { cause: error })
  }
  // Its message already states the remedy.
  if (writeRefusalOf(error) !== null) return error
  switch (sqlStateOf(error)) {
    case null:
      return error
    case '55P03':
      return failed(`Timed out waiting for a lock on a row or table: ${message}. ${nothingKept}`)
    case '57014':
      return failed(`A statement timed out: ${message}. ${nothingKept}`)
    case '53100':
      return failed(`The server's disk is full: ${message}. Free some space; this run was rolled back.`)
    case '40001':
    case '40P01':
      return failed(`Too many concurrent changes of the same rows: ${message}. ${nothingKept}`)
    default:
      return failed(`${message} (SQLSTATE ${sqlStateOf(error)}). This run was rolled back.`)
  }
}
