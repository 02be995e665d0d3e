import { graphRowTypes, type GraphRowTable } from '../../domain/graph/graph-rows.ts'
import { hashGraph } from '../../domain/hash.ts'
import { StorageUnavailableError } from '../../storage/content-driver.ts'
import { OperationError } from '../run/error.ts'
import type { Difference, OperationResult, OperationSummary } from '../run/summary.ts'
import type { OpsContext } from '../run/context.ts'
import { compareContent } from './content.ts'
import { createParityLedger, listedDifferences, toFinding, type ParityLedger } from './result.ts'
import { compareRowStreams } from './rows.ts'
import { labelOf, type ParitySide, type ParityStore, type PublicTable } from './store.ts'
import { withParityStore } from './open-store.ts'
import { compareStoredTable } from './tables.ts'
import { recordRun } from '../run/record.ts'
import type { TableParity } from './table-parity.ts'

export const parityScopes = ['ADMIN_STATE', 'KNOWLEDGE'] as const
export type ParityScope = (typeof parityScopes)[number]

export interface ParityOptions {
  readonly left: ParitySide
  readonly right: ParitySide
  readonly scope?: readonly ParityScope[] | undefined
  readonly tables?: readonly string[] | undefined
}

export interface ParityReport {
  /** What was compared: `NEON`, `BLOB`, `backup …` or a URL. */
  readonly left: string
  readonly right: string
  readonly leftHash: string
  readonly rightHash: string
  readonly tables: readonly TableParity[]
  /** The first thousand, as patches from left to right; the tables have the totals. */
  readonly differences: readonly Difference[]
}

const adminTables = ['admin_content_state', 'admin_history']
const publicTables: Readonly<Record<PublicTable, string>> = {
  kb_domains: 'Domain',
  kb_entities: 'Entity',
  kb_edges: 'GraphEdge',
}
/** Tells what happened to a store, not what it contains: the version moves even if no row changes. */
const notCompared = ['kb_graph_version', 'kb_changes']
const toldFindings = 100

/**
 * `kb parity`: compares two stores by counts, then hashes, then differing rows. Postgres sides (the database,
 * a backup) are compared column by column, other backends by the graph of their constellation, a deployment
 * by what it publishes.
 */
export function verifyParity(ctx: OpsContext, options: ParityOptions): Promise<OperationSummary> {
  const { left, right, scope = parityScopes, tables } = options
  const name = `${labelOf(left)} with ${labelOf(right)}`
  const parameters = {
    left: { ...left },
    right: { ...right },
    scope: [...scope],
    tables: tables === undefined ? null : [...tables],
  }
  const head = { kind: 'PARITY', operation: 'parity', name, mode: 'dry-run', parameters } as const
  return recordRun(ctx, head, (run) => {
    const own = { ...ctx, signal: run.signal }
    return withParityStore(own, left, (from) =>
      withParityStore(own, right, (to) => compareStores(own, from, to, { scope, tables })),
    ).catch((error: unknown) => {
      if (!(error instanceof StorageUnavailableError)) throw error
      throw new OperationError('failed', 'backend-unavailable', error.message, { cause: error })
    })
  })
}

async function compareStores(
  ctx: Pick<OpsContext, 'signal' | 'onProgress'>,
  left: ParityStore,
  right: ParityStore,
  {
    scope,
    tables,
  }: { readonly scope: readonly ParityScope[]; readonly tables: readonly string[] | undefined },
): Promise<OperationResult> {
  const ledger = createParityLedger()
  const steps = listSteps(ledger, left, right, scope, ctx.signal)
  const known = steps.flatMap(({ names }) => names)
  const unknown = tables?.filter((table) => !known.includes(table)) ?? []
  if (unknown.length > 0)
    throw new OperationError(
      'refused',
      'invalid',
      `${unknown.join(', ')} cannot be compared between ${left.label} and ${right.label}; available: ${known.join(', ')}.`,
    )
  const chosen = (table: string) => tables?.includes(table) ?? true
  const wanted = steps.filter(({ names }) => names.some(chosen))
  for (const [at, step] of wanted.entries()) {
    ctx.signal.throwIfAborted()
    ctx.onProgress({ label: `Comparing ${step.names[0]}`, rows: 0, share: at / wanted.length })
    await step.run(chosen)
  }
  ctx.onProgress({ label: 'Compared', rows: 0, share: 1 })
  return toResult(ledger, left, right)
}

interface Step {
  readonly names: readonly string[]
  readonly run: (chosen: (table: string) => boolean) => Promise<void>
}

/** What two stores can be compared by, finest first. */
function listSteps(
  ledger: ParityLedger,
  left: ParityStore,
  right: ParityStore,
  scope: readonly ParityScope[],
  signal: AbortSignal,
): Step[] {
  const steps: Step[] = []
  const [ofLeft, ofRight] = [left.tables, right.tables]
  if (ofLeft !== null && ofRight !== null) {
    const all = [...new Set([...ofLeft.shapes.keys(), ...ofRight.shapes.keys()])].sort()
    for (const table of all) {
      const isMeant = adminTables.includes(table)
        ? scope.includes('ADMIN_STATE')
        : scope.includes('KNOWLEDGE') && table.startsWith('kb_') && !notCompared.includes(table)
      if (isMeant)
        steps.push({ names: [table], run: () => compareStoredTable(ledger, table, ofLeft, ofRight, signal) })
    }
    return steps
  }
  if (scope.includes('ADMIN_STATE'))
    steps.push({ names: adminTables, run: (chosen) => compareContent(ledger, left, right, chosen, signal) })
  if (!scope.includes('KNOWLEDGE')) return steps
  const { graph: fromGraph } = left
  const { graph: toGraph } = right
  const isWhole = fromGraph !== null && toGraph !== null
  for (const [table, subjectType] of Object.entries(isWhole ? graphRowTypes : publicTables)) {
    const run = async () => {
      const rows = isWhole
        ? { left: await fromGraph(table as GraphRowTable), right: await toGraph(table as GraphRowTable) }
        : {
            left: await left.publicRows(table as PublicTable),
            right: await right.publicRows(table as PublicTable),
          }
      await compareRowStreams(ledger, { table, subjectType, ...rows }, signal)
    }
    steps.push({ names: [table], run })
  }
  return steps
}

function toResult(ledger: ParityLedger, left: ParityStore, right: ParityStore): OperationResult {
  const { tables, differences } = ledger
  const hashes = (side: 'leftHash' | 'rightHash') =>
    tables.length === 1
      ? tables[0]![side]
      : hashGraph(Object.fromEntries(tables.map((each) => [each.table, each[side]])))
  const report: ParityReport = {
    left: left.label,
    right: right.label,
    leftHash: hashes('leftHash'),
    rightHash: hashes('rightHash'),
    tables,
    differences,
  }
  const findings = [...ledger.findings, ...differences.slice(0, toldFindings).map(toFinding)]
  const isSame = !findings.some(({ severity }) => severity === 'error')
  const total = tables.reduce(
    (sum, { onlyLeft, onlyRight, different }) => sum + onlyLeft + onlyRight + different,
    0,
  )
  return {
    outcome: isSame ? (findings.length > 0 ? 'WARN' : 'PASS') : 'FAIL',
    counts: {
      before: Object.fromEntries(tables.map(({ table, leftCount }) => [table, leftCount])),
      after: Object.fromEntries(tables.map(({ table, rightCount }) => [table, rightCount])),
    },
    payloadHash: report.leftHash,
    resultHash: report.rightHash,
    findings,
    warnings: [
      ...left.warnings(),
      ...right.warnings(),
      ...(total > listedDifferences
        ? [`${total} differences in all; the report lists ${listedDifferences}.`]
        : []),
    ],
    report,
  }
}
