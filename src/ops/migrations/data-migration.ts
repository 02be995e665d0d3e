import type { StorageBackend } from '../../config.ts'
import type { CopyValue } from '../../database/tables/copy-rows.ts'
import type { JsonFault, JsonObject, JsonValue } from '../../domain/json/value.ts'
import type { ContentDriver } from '../../storage/content-driver.ts'
import type { Finding } from '../run/summary.ts'
import type { Progress } from '../run/progress.ts'

/**
 * What a file in `scripts/migrations` exports by default: one plain object, which imports nothing, so that nothing changes under
 * it once it has run in production. The runner gives it all it needs, and provides the safeguards.
 *
 * `npm run migration:new -- …` writes one to begin with; its type is told by JSDoc only.
 */
export interface DataMigration {
  /** A sentence: what it does and why. */
  readonly description: string
  /** Tables of the database that it reads and does not write: what they hold is part of the plan. */
  readonly reads: readonly string[]
  /** Every table it writes, each with a primary key. Rows are counted there, and nowhere else. */
  readonly writes: readonly string[]
  /** Whether what it did can be taken back by another migration without a backup. Default false. */
  readonly reversible?: boolean
  /** Names of migrations that must have been applied before. */
  readonly requires?: readonly string[]
  readonly parameters?: Readonly<Record<string, ParameterSpec>>
  /** What comes from outside the database, record by record. Read once, hashed and kept for `up`; never read again. */
  source?(ctx: SourceContext): AsyncIterable<JsonObject>
  /** What must hold. All are evaluated, and all that do not hold are listed. */
  readonly preconditions: readonly Precondition[]
  /** Does the work. It must be the same twice over the same rows: no clock but SQL's `now()`, no chance. */
  up(ctx: MigrationContext): Promise<void>
}

export interface ParameterSpec {
  readonly description: string
  /** All that is allowed; anything unless given. */
  readonly values?: readonly string[]
  /** It must be given if there is no default. */
  readonly default?: string
}

export interface Precondition {
  /** A sentence that holds or does not: `the target is empty`. */
  readonly name: string
  check(ctx: MigrationContext): Promise<PreconditionResult> | PreconditionResult
}

export interface PreconditionResult {
  readonly holds: boolean
  /** What was found. */
  readonly detail: string
  readonly expected?: JsonValue
  readonly actual?: JsonValue
}

/** Reading one backend of the content state, and nothing else. */
export type ContentReader = Pick<
  ContentDriver,
  'kind' | 'read' | 'readHead' | 'readVersion' | 'listVersions' | 'countVersions'
>

export interface SourceContext {
  /** Values of the declared parameters. */
  readonly parameters: Readonly<Record<string, string>>
  /** A store of the content state; throws if its settings are missing. */
  readonly openStore: (kind: StorageBackend) => ContentReader
  readonly signal: AbortSignal
  /** Told how far it is; `share` is of this phase, from 0 to 1. */
  readonly progress: Progress
}

export interface MigrationContext extends Omit<SourceContext, 'openStore'> {
  /** Runs one statement in the transaction of the run. Statements that begin or end a transaction are refused. */
  readonly sql: <Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ) => Promise<{ readonly rows: Row[]; readonly rowCount: number }>
  /** Sends rows to a table by COPY, with flat memory. @returns how many */
  readonly copy: (
    table: string,
    columns: readonly string[],
    rows: Iterable<readonly CopyValue[]> | AsyncIterable<readonly CopyValue[]>,
  ) => Promise<number>
  /** Makes a temporary table `pg_temp.<name>` of the columns and their types, and fills it by COPY. */
  readonly stage: (
    name: string,
    columns: Readonly<Record<string, string>>,
    rows: Iterable<readonly CopyValue[]> | AsyncIterable<readonly CopyValue[]>,
  ) => Promise<number>
  /** What `source` gave, as it was hashed: the table `pg_temp.source (ord bigint, record json, hash text)`. */
  readonly source: { readonly count: number; readonly records: () => AsyncIterable<JsonObject> }
  readonly hash: {
    /** SHA-256 over canonical JSON (RFC 8785). */
    readonly json: (value: unknown) => string
    readonly text: (text: string) => string
    /** What in a value Postgres cannot hold, or null. */
    readonly fault: (value: unknown) => JsonFault | null
  }
  /** True when an applied migration is run again on purpose, with a reason in the ledger. */
  readonly isForced: boolean
  /** Why, if it is forced. */
  readonly reason: string | null
  readonly actor: string
  readonly log: (message: string) => void
  /** Notes something that was refused or needs a look; it appears in the summary. */
  readonly report: (finding: Finding) => void
}
