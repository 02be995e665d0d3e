import type { ClientBase } from 'pg'
import { readGraphRows } from '../../database/graph/read-rows.ts'
import { withTransaction } from '../../database/connection/transaction.ts'
import { normalizeConstellation } from '../../domain/constellation/constellation.ts'
import type { Issue } from '../../domain/constellation/item.ts'
import { diffSorted } from '../../domain/diff-sorted.ts'
import { graphRowsOf, graphRowTypes, type GraphRowTable } from '../../domain/graph/graph-rows.ts'
import { hashGraph, hashTable } from '../../domain/hash.ts'
import { collectHashes } from '../../domain/graph/hashed-rows.ts'
import type { JsonValue } from '../../domain/json/value.ts'
import { OperationError } from '../run/error.ts'
import type { CheckStatus, Difference, Finding, OperationResult, OperationSummary } from '../run/summary.ts'
import type { OpsContext } from '../run/context.ts'
import { fetchLegacyPayload } from './deployment.ts'
import { recordRun } from '../run/record.ts'

export interface DriftOptions {
  /** Where to fetch the legacy payload; default: `constellation` of the content state. */
  readonly legacyUrl?: string | undefined
  /** WARN: payload items that the graph rejects fail the run too. */
  readonly failOn?: Extract<CheckStatus, 'WARN' | 'FAIL'> | undefined
}

export interface DriftCounts {
  readonly added: number
  readonly changed: number
  readonly removed: number
  readonly unchanged: number
}

export interface DriftReport {
  readonly legacyHash: string
  readonly databaseHash: string
  readonly counts: DriftCounts
  readonly tables: Readonly<Record<GraphRowTable, DriftCounts>>
  /** The first thousand, as patches from payload to graph; `counts` covers all. */
  readonly differences: readonly Difference[]
}

const listedDifferences = 1000
const toldFindings = 100

/**
 * Compares the normalized legacy payload with the kb_* graph. ADDED is only in the graph, REMOVED only in the
 * payload.
 */
export function detectKnowledgeDrift(ctx: OpsContext, options: DriftOptions): Promise<OperationSummary> {
  const head = { kind: 'DRIFT', operation: 'drift', name: 'knowledge', mode: 'dry-run' } as const
  return recordRun(ctx, head, async (run) => {
    const payload = await readPayload(ctx, options.legacyUrl)
    return withTransaction(ctx.pool, 'REPEATABLE READ READ ONLY', (client) =>
      compareWithGraph(client, payload, {
        failOn: options.failOn ?? 'FAIL',
        signal: run.signal,
        onProgress: ctx.onProgress,
      }),
    )
  })
}

async function readPayload(ctx: OpsContext, legacyUrl: string | undefined): Promise<JsonValue> {
  if (legacyUrl !== undefined) return fetchLegacyPayload(ctx, legacyUrl)
  const current = await ctx.storage.driver.read()
  const payload = current?.state['constellation']
  if (payload === undefined)
    throw new OperationError(
      'refused',
      'precondition-failed',
      'The content state has no member `constellation`, so there is nothing to compare with. Import one with `npx kb content import`.',
    )
  return payload
}

interface CompareOptions extends Pick<OpsContext, 'signal' | 'onProgress'> {
  readonly failOn: 'WARN' | 'FAIL'
}

export async function compareWithGraph(
  client: ClientBase,
  payload: JsonValue,
  { failOn, signal, onProgress }: CompareOptions,
): Promise<OperationResult & { readonly report: DriftReport }> {
  const graph = normalizeConstellation(payload)
  const legacy = graphRowsOf(graph)
  const differences: Difference[] = []
  const tables = {} as Record<GraphRowTable, DriftCounts>
  const hashes = { legacy: {} as Record<string, string>, database: {} as Record<string, string> }
  const names = Object.keys(graphRowTypes) as GraphRowTable[]
  for (const [at, table] of names.entries()) {
    const [left, right] = [collectHashes(legacy[table]), collectHashes(readGraphRows(client, table))]
    const counts = { ADDED: 0, CHANGED: 0, REMOVED: 0 }
    const walk = diffSorted(left.rows, right.rows)
    let step = await walk.next()
    for (; !step.done; step = await walk.next()) {
      signal.throwIfAborted()
      counts[step.value.operation]++
      if (differences.length < listedDifferences)
        differences.push({ ...step.value, subjectType: graphRowTypes[table] })
    }
    const { ADDED: added, CHANGED: changed, REMOVED: removed } = counts
    tables[table] = { added, changed, removed, unchanged: step.value }
    hashes.legacy[table] = hashTable(left.hashes)
    hashes.database[table] = hashTable(right.hashes)
    onProgress({ label: `Compared ${table}`, rows: right.hashes.length, share: (at + 1) / names.length })
  }
  const counts = sum(Object.values(tables))
  const total = counts.added + counts.changed + counts.removed
  const refused = graph.refused.map(toWarning)
  const outcome = total > 0 ? 'FAIL' : refused.length === 0 ? 'PASS' : failOn === 'WARN' ? 'FAIL' : 'WARN'
  return {
    outcome,
    findings: [...differences.slice(0, toldFindings).map(toFinding), ...refused.slice(0, toldFindings)],
    warnings: [
      ...(total > toldFindings
        ? [`${total} differences in all; the report lists up to ${listedDifferences}.`]
        : []),
      ...(refused.length > toldFindings
        ? [`${refused.length} items of the payload cannot be imported.`]
        : []),
    ],
    report: {
      legacyHash: hashGraph(hashes.legacy),
      databaseHash: hashGraph(hashes.database),
      counts,
      tables,
      differences,
    },
  }
}

function sum(counts: readonly DriftCounts[]): DriftCounts {
  const total = (what: keyof DriftCounts) => counts.reduce((before, each) => before + each[what], 0)
  return {
    added: total('added'),
    changed: total('changed'),
    removed: total('removed'),
    unchanged: total('unchanged'),
  }
}

const sentences = {
  ADDED: 'is in the graph but not in the payload',
  REMOVED: 'is in the payload but not in the graph',
  CHANGED: 'differs',
} as const

function toFinding({ operation, subjectType, subjectKey, patch }: Difference): Finding {
  const fields = patch.map(({ path }) => String(path).slice(1)).filter((path) => path !== '')
  const where = operation === 'CHANGED' ? ` in ${[...new Set(fields)].join(', ')}` : ''
  return {
    code: `drift.${operation.toLowerCase()}`,
    severity: 'error',
    subject: subjectKey,
    message: `${subjectType} ${subjectKey} ${sentences[operation]}${where}.`,
  }
}

function toWarning({ pointer, reason }: Issue): Finding {
  const subject = `/constellation${pointer}`
  return {
    code: 'drift.not-taken',
    severity: 'warning',
    subject,
    message: `${subject} cannot be imported: ${reason}.`,
  }
}
