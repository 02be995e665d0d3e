import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from 'pg'
import {
  countRuns,
  listRuns,
  readRun,
  requestCancel,
  type OperationKind,
  type OperationRun,
  type RunFilter,
} from '../database/operations/runs.ts'
import { writeAudit } from '../database/access/audit.ts'
import { withTransaction } from '../database/connection/transaction.ts'
import { listFingerprint, type CursorKey } from '../domain/paging/cursor.ts'
import { readPageRequest, toPage, type PageArguments, type PageRequest } from '../domain/paging/page.ts'
import { createList, type List, type Wanted } from './list.ts'
import type { MutationContext } from './edit/mutate.ts'

export interface LedgerContext {
  readonly admin: { readonly pool: Pool }
  readonly cursorKey: CursorKey
}

export interface LedgerArguments extends PageArguments, RunFilter {}

/** All runs of all operations, latest first. */
export async function listOperationRuns(
  { admin: { pool }, cursorKey }: LedgerContext,
  { kinds, modes, outcomes, since, ...paging }: LedgerArguments,
  wanted: Wanted,
): Promise<List<OperationRun>> {
  const where = {
    kinds: kinds ?? null,
    modes: modes ?? null,
    outcomes: outcomes ?? null,
    since: since ?? null,
  }
  const fingerprint = listFingerprint('ledger', where)
  const request = readPageRequest(paging, { key: cursorKey, fingerprint, length: 2 })
  return createList(
    wanted,
    fingerprint,
    async () => {
      const from = request.backward ? request.before : request.after
      const rows = await listRuns(pool, where, {
        from: from as [string, string] | null,
        backward: request.backward,
        limit: request.limit + 1,
      })
      const page = toPage(withinOtherEnd(rows, request), request)
      return {
        ...page,
        items: page.items.map((item) => ({ item, position: [item.startedAt, item.id] })),
      }
    },
    () => countRuns(pool, where),
    {},
  )
}

/** `first` with `before`, or `last` with `after`: the page ends at the other cursor. */
function withinOtherEnd(rows: OperationRun[], { backward, after, before }: PageRequest): OperationRun[] {
  const end = backward ? after : before
  if (end === null) return rows
  const at = rows.findIndex(({ startedAt, id }) => startedAt === end[0] && id === end[1])
  return at < 0 ? rows : rows.slice(0, at)
}

export async function getLatestRun(pool: Pool, kind: OperationKind): Promise<OperationRun | null> {
  const [run] = await listRuns(pool, { kinds: [kind] }, { from: null, backward: false, limit: 1 })
  return run ?? null
}

export async function getRunningRun(pool: Pool, kind: OperationKind): Promise<OperationRun | null> {
  const runs = await listRuns(pool, { kinds: [kind] }, { from: null, backward: false, limit: 20 })
  return runs.find(({ status }) => status === 'RUNNING') ?? null
}

/** Asks a run, in any process, to stop. Returns null if it is not running. */
export async function cancelOperation(
  { actor, requestId, admin }: MutationContext,
  id: string,
): Promise<OperationRun | null> {
  const isAsked = await withTransaction(admin.pool, 'READ COMMITTED', async (client) => {
    if (!(await requestCancel(client, id))) return false
    const source = { door: 'graphql', actor, requestId }
    await writeAudit(client, source, 'cancelOperation', [{ targetType: 'OperationRun', targetKey: id }])
    return true
  })
  return isAsked ? readRun(admin.pool, id) : null
}

const lookEveryMs = 500

/** Yields a run on every change until it ends; yields nothing for an unknown run. */
export async function* watchOperation(pool: Pool, id: string): AsyncGenerator<OperationRun, void, void> {
  for (let told = ''; ;) {
    const run = await readRun(pool, id)
    if (run === null) return
    const state = `${run.status} ${run.log.length}`
    if (state !== told) yield run
    if (run.status !== 'RUNNING' && run.status !== 'QUEUED') return
    told = state
    await sleep(lookEveryMs)
  }
}
