import type { PoolClient } from 'pg'
import type { OpsContext } from '../run/context.ts'
import type { CheckReport, Finding } from '../run/summary.ts'
import type { KnownMigration } from './verify-ledger.ts'
import type { ParameterSpec } from './data-migration.ts'

/** A migration as the runner sees it: a file of the folder, or one that comes with the program. */
export interface MigrationDefinition extends KnownMigration {
  readonly description: string
  readonly reads: readonly string[]
  readonly writes: readonly string[]
  readonly isReversible: boolean
  readonly requires: readonly string[]
  readonly parameters: Readonly<Record<string, ParameterSpec>>
  /** The work of one attempt, with what it remembers from step to step. */
  start(run: MigrationRun): MigrationWork
}

/** What one attempt is handed. */
export interface MigrationRun {
  /** In the transaction of the run. */
  readonly client: PoolClient
  readonly storage: OpsContext['storage']
  readonly parameters: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  readonly progress: OpsContext['onProgress']
  readonly log: (message: string) => void
  readonly isForced: boolean
  readonly reason: string | null
  readonly actor: string
}

export interface MigrationWork {
  /** Reads the source, once. */
  read(): Promise<SourceReport>
  /** Evaluates every precondition. */
  check(): Promise<CheckReport[]>
  up(): Promise<WorkReport>
}

export interface SourceReport {
  /** SHA-256 of all that it read; null if it reads nothing. */
  readonly payloadHash: string | null
  /** What was read, for the report. */
  readonly source: object | null
}

export interface WorkReport {
  readonly findings: readonly Finding[]
  /** What was done otherwise than the source says. */
  readonly warnings?: readonly string[]
  /** What only this migration has to say; JSON-safe. */
  readonly report: object
}
