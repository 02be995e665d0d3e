import type { ClientBase, Pool } from 'pg'
import type { LedgerEntry as LedgerModel, LedgerHead as HeadModel } from '../../generated/prisma/client.ts'
import { hashJson } from '../../domain/hash.ts'
import type { JsonObject } from '../../domain/json/value.ts'
import { toRfc3339 } from '../../domain/timestamp.ts'
import type { SqlRow } from '../tables/sql-row.ts'

/** A row of `admin_migrations`, which holds successful runs only. `hash` covers all other columns. */
export type LedgerEntry = SqlRow<
  LedgerModel,
  {
    readonly id: string
    readonly status: 'SUCCEEDED'
    readonly counts: JsonObject
    readonly finishedAt: string
  }
>

export type NewLedgerEntry = Omit<LedgerEntry, 'id' | 'finishedAt' | 'previousHash' | 'hash' | 'status'>

export type LedgerHead = SqlRow<Omit<HeadModel, 'id'>>

const columns = `id::text, name, mode, status, checksum, payload_hash AS "payloadHash", plan_hash AS "planHash",
  result_hash AS "resultHash", counts, actor, reason, git_commit AS "gitCommit", started_at::text AS "startedAt",
  finished_at::text AS "finishedAt", previous_hash AS "previousHash", run_id AS "runId", hash`

export function hashLedgerEntry({ hash: _, ...entry }: LedgerEntry): string {
  return hashJson(entry)
}

export async function hasLedger(client: ClientBase | Pool): Promise<boolean> {
  const { rows } = await client.query<{ exists: boolean }>(
    `SELECT to_regclass('public.admin_ledger_head') IS NOT NULL AS exists`,
  )
  return rows[0]?.exists === true
}

export async function readLedger(client: ClientBase | Pool): Promise<LedgerEntry[]> {
  const { rows } = await client.query<LedgerEntry>(
    `SELECT ${columns} FROM public.admin_migrations ORDER BY admin_migrations.id`,
  )
  return rows.map((row) => ({
    ...row,
    startedAt: readTime(row.startedAt),
    finishedAt: readTime(row.finishedAt),
  }))
}

/** A forged row may have no time, or `infinity`: it must still be readable, so that its hash exposes it. */
function readTime(text: string | null): string {
  return text !== null && /^\d{4}-/.test(text) && !text.endsWith('BC') ? toRfc3339(text) : String(text)
}

export async function readLedgerHead(client: ClientBase | Pool): Promise<LedgerHead | null> {
  const { rows } = await client.query<{ entries: string; hash: string | null }>(
    'SELECT entries::text, hash FROM public.admin_ledger_head WHERE id = 1',
  )
  return rows[0] === undefined ? null : { entries: Number(rows[0].entries), hash: rows[0].hash }
}

/** Locks the end of the chain. Under REPEATABLE READ it fails with 40001 if a row was added since. */
export async function lockLedger(client: ClientBase): Promise<void> {
  await client.query('SELECT 1 FROM public.admin_ledger_head WHERE id = 1 FOR UPDATE')
}

/** Appends a row and moves the head; the caller holds {@link lockLedger}. */
export async function appendLedger(client: ClientBase, entry: NewLedgerEntry): Promise<LedgerEntry> {
  // The id and time are part of the hash, so they are fetched first.
  const { rows } = await client.query<{ id: string; now: string; previous: string | null }>(
    `SELECT nextval(pg_get_serial_sequence('public.admin_migrations', 'id'))::text AS id,
       clock_timestamp()::timestamptz(6)::text AS now, hash AS previous FROM public.admin_ledger_head WHERE id = 1`,
  )
  const head = rows[0]
  if (head === undefined)
    throw new Error('The ledger has lost its head (admin_ledger_head); nothing was written.')
  const content = {
    ...entry,
    id: head.id,
    status: 'SUCCEEDED' as const,
    finishedAt: toRfc3339(head.now),
    previousHash: head.previous,
  }
  const written = { ...content, hash: hashLedgerEntry({ ...content, hash: '' }) }
  await client.query(
    `INSERT INTO public.admin_migrations (id, name, mode, status, checksum, payload_hash, plan_hash, result_hash, counts, actor,
       reason, git_commit, started_at, finished_at, previous_hash, run_id, hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
    [
      written.id,
      written.name,
      written.mode,
      written.status,
      written.checksum,
      written.payloadHash,
      written.planHash,
      written.resultHash,
      JSON.stringify(written.counts),
      written.actor,
      written.reason,
      written.gitCommit,
      written.startedAt,
      written.finishedAt,
      written.previousHash,
      written.runId,
      written.hash,
    ],
  )
  await client.query('UPDATE public.admin_ledger_head SET entries = entries + 1, hash = $1 WHERE id = 1', [
    written.hash,
  ])
  return written
}

export function lastApplied(ledger: readonly LedgerEntry[], name: string): LedgerEntry | null {
  return ledger.findLast((entry) => entry.name === name && entry.mode === 'APPLY') ?? null
}
