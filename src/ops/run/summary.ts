import { z } from 'zod'

const rowCounts = z.record(z.string(), z.int().nonnegative())
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

const finding = z.object({
  /** Stable and machine-readable: `parity.row-differs`. */
  code: z.string(),
  severity: z.enum(['error', 'warning']),
  subject: z.string(),
  message: z.string(),
})

const checkStatus = z.enum(['PASS', 'WARN', 'FAIL', 'SKIPPED'])

/**
 * What every operation returns and prints with `--json`; the source of `docs/operation-summary.schema.json`.
 */
export const operationSummarySchema = z.object({
  operation: z.string(),
  name: z.string(),
  mode: z.enum(['dry-run', 'apply']),
  /** How the run ended. Finding a difference is not a failure of the run: see `outcome`. */
  status: z.enum(['succeeded', 'failed', 'refused', 'busy', 'unknown']),
  /** The verdict; null if there was nothing to judge. */
  outcome: checkStatus.nullable(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  actor: z.string(),
  target: z
    .object({
      system: z.string().nullable(),
      database: z.string(),
      /** The mark stored in the database, or `unmarked`. */
      environment: z.string(),
    })
    .nullable(),
  counts: z.object({
    before: rowCounts,
    after: rowCounts,
    inserted: rowCounts,
    updated: rowCounts,
    deleted: rowCounts,
    unchanged: rowCounts,
  }),
  payloadHash: sha256.nullable(),
  planHash: sha256.nullable(),
  resultHash: sha256.nullable(),
  ledgerId: z.string().nullable(),
  runId: z.string().nullable(),
  findings: z.array(finding),
  warnings: z.array(z.string()),
  report: z.record(z.string(), z.unknown()),
})

export type OperationSummary = z.output<typeof operationSummarySchema>
export type OperationTarget = NonNullable<OperationSummary['target']>
/** Something an operation found; bad news is data. */
export type Finding = z.output<typeof finding>
export type CheckStatus = z.output<typeof checkStatus>

export interface CheckReport {
  readonly name: string
  readonly status: CheckStatus
  readonly detail: string | null
  readonly expected: unknown
  readonly actual: unknown
  readonly durationMs: number | null
}

/** One difference between two states. `patch` is RFC 6902, from left to right. */
export interface Difference {
  readonly operation: 'ADDED' | 'CHANGED' | 'REMOVED'
  readonly subjectType: string
  /** The natural key: a slug, or `relation|source|target`. */
  readonly subjectKey: string
  readonly patch: readonly Record<string, unknown>[]
}

/** What an operation contributes to its summary; omitted fields become null or empty. */
export interface OperationResult {
  readonly outcome?: CheckStatus | null
  readonly counts?: Partial<OperationSummary['counts']>
  readonly payloadHash?: string | null
  readonly planHash?: string | null
  readonly resultHash?: string | null
  readonly ledgerId?: string | null
  readonly findings?: readonly Finding[]
  readonly warnings?: readonly string[]
  readonly report?: object
}
