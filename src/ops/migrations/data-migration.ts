import type { StorageBackend } from '../../config.ts'
import type { CopyValue } from '../../database/tables/copy-rows.ts'
import type { JsonFault, JsonObject, JsonValue } from '../../domain/json/value.ts'
import type { ContentDriver } from '../../storage/content-driver.ts'
import type { Finding } from '../run/summary.ts'
import type { Progress } from '../run/progress.ts'

/**
 * The default export of a file in `scripts/migrations`: a plain object without imports, so that it cannot
 * change once it has run in production.
 */
export interface DataMigration {
  readonly description: string
  /** Tables it reads but does not write; their contents are part of the plan. */
  readonly reads: readonly string[]
  /** Every table it writes; each needs a primary key. Only these are counted. */
  readonly writes: readonly string[]
  /** Whether another migration can undo it without a backup. Default false. */
  readonly reversible?: boolean
  /** Migrations that must have been applied before. */
  readonly requires?: readonly string[]
  readonly parameters?: Readonly<Record<string, ParameterSpec>>
  /** External input, record by record. Read and hashed once, then kept for `up`. */
  source?(ctx: SourceContext): AsyncIterable<JsonObject>
  /** Conditions that must hold. All are evaluated and every failure is reported. */
  readonly preconditions: readonly Precondition[]
  /** Does the work. Must be deterministic: no clock but SQL's `now()`, no randomness. */
  up(ctx: MigrationContext): Promise<void>
}

export interface ParameterSpec {
  readonly description: string
  readonly values?: readonly string[]
  /** Required if there is no default. */
  readonly default?: string
}

export interface Precondition {
  readonly name: string
  check(ctx: MigrationContext): Promise<PreconditionResult> | PreconditionResult
}

export interface PreconditionResult {
  readonly holds: boolean
  readonly detail: string
  readonly expected?: JsonValue
  readonly actual?: JsonValue
}

/** Read-only access to one content backend. */
export type ContentReader = Pick<
  ContentDriver,
  'kind' | 'read' | 'readHead' | 'readVersion' | 'listVersions' | 'countVersions'
>

export interface SourceContext {
  readonly parameters: Readonly<Record<string, string>>
  /** Opens a content store; throws if its settings are missing. */
  readonly openStore: (kind: StorageBackend) => ContentReader
  readonly signal: AbortSignal
  /** Reports progress; `share` is within this phase, from 0 to 1. */
  readonly progress: Progress
}

export interface MigrationContext extends Omit<SourceContext, 'openStore'> {
  /** Runs one statement in the run's transaction. Transaction control is rejected. */
  readonly sql: <Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ) => Promise<{ readonly rows: Row[]; readonly rowCount: number }>
  /** Sends rows to a table by COPY with constant memory and returns their number. */
  readonly copy: (
    table: string,
    columns: readonly string[],
    rows: Iterable<readonly CopyValue[]> | AsyncIterable<readonly CopyValue[]>,
  ) => Promise<number>
  readonly stage: (
    name: string,
    columns: Readonly<Record<string, string>>,
    rows: Iterable<readonly CopyValue[]> | AsyncIterable<readonly CopyValue[]>,
  ) => Promise<number>
  /** The hashed records of `source`: the table `pg_temp.source (ord bigint, record json, hash text)`. */
  readonly source: { readonly count: number; readonly records: () => AsyncIterable<JsonObject> }
  readonly hash: {
    /** SHA-256 of canonical JSON (RFC 8785). */
    readonly json: (value: unknown) => string
    readonly text: (text: string) => string
    /** What Postgres cannot store in a value, or null. */
    readonly fault: (value: unknown) => JsonFault | null
  }
  readonly isForced: boolean
  readonly reason: string | null
  readonly actor: string
  readonly log: (message: string) => void
  readonly report: (finding: Finding) => void
}
