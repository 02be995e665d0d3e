import type { Pool } from 'pg'
import { readRun } from '../database/operations/runs.ts'
import { decodeGlobalId, isRunType } from '../domain/graph/global-id.ts'
import { AppError } from '../errors.ts'
import type { MaybePromise } from '../readers/record.ts'
import type { Reader } from '../readers/reader.ts'
import type { Storage } from '../storage/open-storage.ts'

/** A point in the graph's history; exactly one field is set. */
export interface GraphRef {
  readonly at?: string | null | undefined
  /** Name of a data migration: the time it was applied. */
  readonly migration?: string | null | undefined
  /** Global id of the run that made a backup. */
  readonly snapshot?: string | null | undefined
  /** The time that content version was saved. */
  readonly contentVersion?: number | null | undefined
}

export interface TimeContext {
  readonly reader: Reader
  readonly admin: { readonly pool: Pool; readonly storage: Pick<Storage, 'driver'> }
  readonly readerAt: (moment: string) => Reader
}

/** Reads a root field, as of a moment if one is given. */
export function readAsOf<Context extends TimeContext, Result>(
  context: Context,
  ref: GraphRef | null | undefined,
  read: (context: Context) => MaybePromise<Result>,
): MaybePromise<Result> {
  if (ref == null) return read(context)
  return momentOf(context, ref).then((moment) => read({ ...context, reader: context.readerAt(moment) }))
}

/** The moment of a reference, as RFC 3339. */
export async function momentOf({ admin }: TimeContext, ref: GraphRef): Promise<string> {
  if (ref.at != null) {
    if (Date.parse(ref.at) > Date.now()) throw unknownRef('at', `${ref.at} is in the future`)
    return ref.at
  }
  if (ref.migration != null) {
    const moment = await appliedAt(admin.pool, ref.migration)
    return moment ?? refuse('migration', `no migration ${ref.migration} has been applied`)
  }
  if (ref.snapshot != null) {
    const decoded = decodeGlobalId(ref.snapshot)
    const run = decoded && isRunType(decoded.type) ? await readRun(admin.pool, decoded.id) : null
    return run?.startedAt ?? refuse('snapshot', 'no run has this id')
  }
  const version = ref.contentVersion ?? 0
  const found = version < 1 ? null : await admin.storage.driver.readVersion(version)
  return found?.createdAt ?? refuse('contentVersion', `the content state has no version ${version}`)
}

async function appliedAt(pool: Pool, name: string): Promise<string | null> {
  const { rows } = await pool.query<{ moment: string }>(
    `SELECT to_char(finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS moment FROM admin_migrations
     WHERE name = $1 AND mode = 'APPLY' AND status = 'SUCCEEDED' ORDER BY id DESC LIMIT 1`,
    [name],
  )
  return rows[0]?.moment ?? null
}

function refuse(member: string, why: string): never {
  throw unknownRef(member, why)
}

function unknownRef(member: string, why: string): AppError {
  return new AppError('BAD_REQUEST', `\`asOf.${member}\` is not a valid moment: ${why}.`, {
    argument: 'asOf',
  })
}
