import type { PoolClient } from 'pg'
import { writeAudit } from '../../database/access/audit.ts'
import { setChangeAuthor } from '../../database/history/change-author.ts'
import { deleteEdgeRows, readEdgesOf } from '../../database/graph/edge-rows.ts'
import { deleteEntityRow } from '../../database/graph/entity-rows.ts'
import {
  eraseHistory,
  findErasureSubjects,
  findMentions,
  readFormerChanges,
  type ErasureSubjects,
} from '../../database/history/erase-history.ts'
import { lockGraph } from '../../database/graph/writer-context.ts'
import { appendLedger, lockLedger } from '../../database/operations/ledger.ts'
import { withTransaction } from '../../database/connection/transaction.ts'
import { hashJson } from '../../domain/hash.ts'
import { instantOf } from '../../domain/timestamp.ts'
import { auditSource } from '../access/api-tokens.ts'
import { listBackups } from '../backup/files.ts'
import { commitOnce } from '../run/commit-once.ts'
import { OperationError } from '../run/error.ts'
import type { OperationResult, OperationSummary } from '../run/summary.ts'
import type { OpsContext } from '../run/context.ts'
import { recordRun, type RunHandle } from '../run/record.ts'
import { redactionEntry } from '../migrations/verify-ledger.ts'

export interface RedactOptions {
  readonly slug: string
  /**
   * Keep the entity, but erase its history and source excerpts. By default the entity goes too, with its
   * edges and sources.
   */
  readonly keepEntity?: boolean | undefined
  readonly apply?: boolean | undefined
  /** Plan of a dry run; an apply with any other plan is refused. */
  readonly planHash?: string | null | undefined
  readonly reason?: string | undefined
}

export interface RedactReport {
  readonly isPresent: boolean
  /**
   * Backups made since the entity entered the history; they may contain it, so delete them and their copies.
   */
  readonly backups: readonly string[]
  /** Content versions and runs that name the entity; a redaction does not change them. */
  readonly contentVersions: readonly number[]
  readonly runs: readonly string[]
}

interface Plan {
  readonly subjects: ErasureSubjects
  readonly edges: readonly string[]
  readonly report: RedactReport
  readonly result: OperationResult & { readonly planHash: string }
}

/**
 * Erases an entity for good, for accidents and the right to erasure, with its edges, sources and history. Its
 * places in the feed stay, without content, so that followers, parity and drills still work.
 */
export function redactEntity(ctx: OpsContext, options: RedactOptions): Promise<OperationSummary> {
  const { slug, keepEntity = false, apply = false, reason = null } = options
  const head = {
    kind: 'REDACTION',
    operation: 'redact',
    name: slug,
    mode: apply ? 'apply' : 'dry-run',
    parameters: { slug, keepEntity, reason },
  } as const
  return recordRun(ctx, head, async (run) => {
    if (!apply) {
      const { result } = await withTransaction(ctx.pool, 'REPEATABLE READ READ ONLY', (client) =>
        makePlan(ctx, client, options),
      )
      const why = 'Nothing was erased; add --apply --reason "…". Erased data is gone for good.'
      return { ...result, warnings: [why, ...(result.warnings ?? [])] }
    }
    if ((options.reason ?? '').trim() === '')
      throw new OperationError(
        'refused',
        'invalid',
        'A redaction cannot be undone: explain it with --reason "…". Nothing was erased.',
      )
    return commitOnce(ctx.pool, (client) => redact({ ...ctx, signal: run.signal }, client, options, run))
  })
}

/** What would be erased, sealed by the positions and content hashes of the changes. */
async function makePlan(
  ctx: Pick<OpsContext, 'settings'>,
  client: PoolClient,
  { slug, keepEntity = false }: RedactOptions,
): Promise<Plan> {
  const subjects = await findErasureSubjects(client, slug)
  if (subjects.entityIds.length === 0)
    throw new OperationError(
      'refused',
      'not-found',
      `No entity has or last had the slug ${slug}; kb redact takes the last slug of an entity.`,
    )
  const goes = keepEntity ? null : subjects.present
  const edges = goes === null ? [] : (await readEdgesOf(client, slug)).map(({ id }) => id)
  const former = await readFormerChanges(client, subjects.entityIds)
  const { backups } = await listBackups(ctx.settings.backupOutputPath)
  const mentions = await findMentions(client, { entityIds: subjects.entityIds, slug })
  const report: RedactReport = {
    isPresent: subjects.present !== null,
    backups: backups
      .filter(({ manifest }) => subjects.since !== null && manifest.createdAt >= subjects.since.slice(0, 19))
      .map(({ manifest }) => manifest.id),
    ...mentions,
  }
  const planHash = hashJson({
    entityIds: [...subjects.entityIds],
    goes: goes?.id ?? null,
    edges: edges.toSorted(),
    former,
  })
  return {
    subjects,
    edges,
    report,
    result: {
      counts: {
        // The current entity and edges become history, and so do their removals.
        updated: { kb_changes: former.length + (goes === null ? 0 : 2 * (1 + edges.length)) },
        deleted: goes === null ? {} : { kb_entities: 1, kb_edges: edges.length },
      },
      planHash,
      warnings: warningsOf(report),
      report,
    },
  }
}

async function redact(
  ctx: OpsContext,
  client: PoolClient,
  options: RedactOptions,
  run: RunHandle,
): Promise<OperationResult> {
  const { slug, keepEntity = false, planHash = null } = options
  const reason = options.reason!
  const startedAt = instantOf(ctx.now())
  await lockGraph(client)
  await lockLedger(client)
  const { subjects, edges, report, result } = await makePlan(ctx, client, options)
  if (planHash !== null && planHash !== result.planHash)
    throw new OperationError(
      'refused',
      'plan-mismatch',
      `The plan has changed (${result.planHash}): ${slug} changed since the dry run. Nothing was erased. Review this run, then apply its plan.`,
      { result },
    )
  await setChangeAuthor(client, { actor: ctx.actor })
  const goes = keepEntity ? null : subjects.present
  if (goes !== null) {
    await deleteEdgeRows(client, edges)
    await deleteEntityRow(client, goes.id)
  }
  const checksum = hashJson({ redaction: run.id, entityIds: [...subjects.entityIds] })
  const erased = await eraseHistory(client, { entityIds: subjects.entityIds, slug, checksum })
  const counts = { updated: erased.updated, deleted: { ...result.counts?.deleted, ...erased.deleted } }
  const entry = await appendLedger(client, {
    ...redactionEntry,
    mode: 'APPLY',
    checksum,
    payloadHash: null,
    planHash: result.planHash,
    resultHash: null,
    counts: toLedgerCounts(counts),
    actor: ctx.actor,
    reason,
    gitCommit: ctx.settings.gitCommit,
    startedAt,
    runId: run.id,
  })
  await writeAudit(client, ctx.audit?.source ?? auditSource(ctx.actor), 'redactEntity', [
    { targetType: 'Entity', targetKey: slug, details: { reason, keepEntity, ledgerId: entry.id } },
  ])
  return { ...result, counts, ledgerId: entry.id, report }
}

function toLedgerCounts({ updated, deleted }: { readonly updated: Rows; readonly deleted: Rows }) {
  const tables = new Set([...Object.keys(updated), ...Object.keys(deleted)])
  return Object.fromEntries(
    [...tables].map((table) => [
      table,
      { inserted: 0, updated: updated[table] ?? 0, deleted: deleted[table] ?? 0, unchanged: 0 },
    ]),
  )
}
type Rows = Readonly<Record<string, number>>

function warningsOf({ backups, contentVersions, runs }: RedactReport): string[] {
  const list = (items: readonly (string | number)[]) => items.join(', ')
  return [
    ...(backups.length === 0
      ? []
      : [`These backups may contain it; delete them and their copies elsewhere: ${list(backups)}.`]),
    ...(contentVersions.length === 0
      ? []
      : [`Content state versions that still name it: ${list(contentVersions)}.`]),
    ...(runs.length === 0 ? [] : [`Runs whose reports still name it: ${list(runs)}.`]),
  ]
}
