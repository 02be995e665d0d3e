import {
  operationKinds,
  type OperationRun as RunRecord,
  type RunLine,
} from '../../database/operations/runs.ts'
import { encodeGlobalId, type NodeType } from '../../domain/graph/global-id.ts'
import { AppError } from '../../errors.ts'
import type { OperationSummary } from '../../ops/run/summary.ts'
import { pageArray } from '../../resolvers/array-list.ts'
import type { List, ListEdge } from '../../resolvers/list.ts'
import { builder } from '../base/builder.ts'
import { CheckStatus } from '../base/check.ts'
import { cursorField, edgesOf, forwardArguments, pageInfoField } from '../base/connection.ts'
import { Node } from '../base/node.ts'
import { RunStatus } from './run-status.ts'

export const OperationMode = builder.enumType('OperationMode', { values: ['DRY_RUN', 'APPLY'] as const })
export const OperationKind = builder.enumType('OperationKind', { values: operationKinds })
const LogLevel = builder.enumType('LogLevel', { values: ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const })

const LogLine = builder.objectRef<RunLine>('LogLine')
LogLine.implement({
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime' }),
    level: t.expose('level', { type: LogLevel }),
    message: t.exposeString('message'),
    fields: t.expose('fields', { type: 'JSON', nullable: true }),
  }),
})
const LogEdge = builder.objectRef<ListEdge<RunLine>>('LogEdge')
LogEdge.implement({
  fields: (t) => ({ cursor: cursorField(t), node: t.field({ type: LogLine, resolve: ({ item }) => item }) }),
})
const LogConnection = builder.objectRef<List<RunLine>>('LogConnection')
LogConnection.implement({
  fields: (t) => ({
    edges: t.field({ type: [LogEdge], resolve: edgesOf }),
    pageInfo: pageInfoField(t),
  }),
})

const typeOfKind: Partial<Record<RunRecord['kind'], NodeType>> = {
  MIGRATION: 'MigrationRun',
  PARITY: 'ParityReport',
  DRIFT: 'DriftReport',
  BACKUP_DRILL: 'BackupDrill',
  RELEASE_GATE: 'ReleaseGate',
}

export function runTypeOf({ kind }: Pick<RunRecord, 'kind'>): NodeType {
  return typeOfKind[kind] ?? 'GenericOperation'
}

export function summaryOf({ summary }: RunRecord): OperationSummary | null {
  return summary as OperationSummary | null
}

/** Facts specific to the run's kind; empty until it has ended. */
export function reportOf(run: RunRecord): Readonly<Record<string, unknown>> {
  return summaryOf(run)?.report ?? {}
}

/** A fact of a successful run. Before that, throws BAD_REQUEST with the run's id, which may be the client's only copy. */
export function endedFact<Value>(value: Value | null | undefined, what: string, run: RunRecord): Value {
  if (value === null || value === undefined)
    throw new AppError(
      'BAD_REQUEST',
      `\`${what}\` is not known: the run is ${run.status}. Ask for it when \`status\` is SUCCEEDED; \`operationProgressed\` tells.`,
      { run: encodeGlobalId(runTypeOf(run), run.id) },
    )
  return value
}

export const OperationRun = builder.interfaceRef<RunRecord>('OperationRun')
OperationRun.implement({
  description: 'One ledger row. Every ops mutation writes one, dry runs too.',
  interfaces: [Node],
  resolveType: runTypeOf,
  fields: (t) => ({
    id: t.id({ resolve: (run) => encodeGlobalId(runTypeOf(run), run.id) }),
    kind: t.expose('kind', { type: OperationKind }),
    mode: t.expose('mode', { type: OperationMode }),
    status: t.expose('status', { type: RunStatus }),
    outcome: t.expose('outcome', { type: CheckStatus, nullable: true }),
    startedAt: t.expose('startedAt', { type: 'DateTime' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true }),
    actor: t.exposeString('actor'),
    gitCommit: t.exposeString('gitCommit', { nullable: true }),
    hash: t.expose('hash', {
      type: 'SHA256',
      description: 'Hash over inputs, plan and result; chained to the row before.',
    }),
    previousHash: t.expose('previousHash', { type: 'SHA256', nullable: true }),
    log: t.field({
      type: LogConnection,
      args: forwardArguments,
      resolve: ({ id, log }, args, { cursorKey }) => pageArray(log, args, cursorKey, ['log', id]),
    }),
  }),
})
