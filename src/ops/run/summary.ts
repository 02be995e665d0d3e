import { z } from 'zod'

/** Rows by table. */
const rowCounts = z.record(z.string(), z.int().nonnegative())
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

const finding = z.object({
  /** Stable, for programs: `parity.row-differs`. */
  code: z.string(),
  severity: z.enum(['error', 'warning']),
  /** What it is about: a table, a slug, a variable, a pointer. */
  subject: z.string(),
  message: z.string(),
})

const checkStatus = z.enum(['PASS', 'WARN', 'FAIL', 'SKIPPED'])

/** What every operation gives back and prints with `--json`; `docs/operation-summary.schema.json` is made of it. */
export const operationSummarySchema = z.object({
  operation: z.string(),
  name: z.string(),
  mode: z.enum(['dry-run', 'apply']),
  /** How the run ended. A difference that was found is no failure of the run: see `outcome`. */
  status: z.enum(['succeeded', 'failed', 'refused', 'busy', 'unknown']),
  /** What it found; null where there was nothing to judge. */
  outcome: checkStatus.nullable(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  actor: z.string(),
  target: z
    .object({
      /** Identifier of the cluster; null where the server does not tell it. */
      system: z.string().nullable(),
      database: z.string(),
      /** As marked in the database itself; `unmarked` if nobody did. */
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
  /** Row of `admin_migrations`, for data migrations. */
  ledgerId: z.string().nullable(),
  /** Row of `admin_runs`; null where there was no database to record it in. */
  runId: z.string().nullable(),
  findings: z.array(finding),
  warnings: z.array(z.string()),
  /** What only this operation has to say: checks, tables, differences, artifacts … */
  report: z.record(z.string(), z.unknown()),
})

export type OperationSummary = z.output<typeof operationSummarySchema>
export type OperationTarget = NonNullable<OperationSummary['target']>
/** Something an operation found; bad news is data. */
export type Finding = z.output<typeof finding>
export type CheckStatus = z.output<typeof checkStatus>

/** How one check went, as the member `checks` of a report lists it. */
export interface CheckReport {
  readonly name: string
  readonly status: CheckStatus
  readonly detail: string | null
  readonly expected: unknown
  readonly actual: unknown
  readonly durationMs: number | null
}

/** One difference between two states of the same thing. `patch` is RFC 6902, from left to right. */
export interface Difference {
  readonly operation: 'ADDED' | 'CHANGED' | 'REMOVED'
  readonly subjectType: string
  /** The natural key: a slug, or `relation|source|target`. */
  readonly subjectKey: string
  readonly patch: readonly Record<string, unknown>[]
}

/** What the work of an operation hands over for its summary; what is left out is null or empty there. */
export interface OperationResult {
  readonly outcome?: CheckStatus | null
  readonly counts?: Partial<OperationSummary['counts']>
  readonly payloadHash?: string | null
  readonly planHash?: string | null
  readonly resultHash?: string | null
  readonly ledgerId?: string | null
  readonly findings?: readonly Finding[]
  readonly warnings?: readonly string[]
  /** JSON-safe. */
  readonly report?: object
}
