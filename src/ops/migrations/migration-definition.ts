import type { PoolClient } from 'pg'
import type { OpsContext } from '../run/context.ts'
import type { CheckReport, Finding } from '../run/summary.ts'
import type { KnownMigration } from './verify-ledger.ts'
import type { ParameterSpec } from './data-migration.ts'

export interface MigrationDefinition extends KnownMigration {
  readonly description: string
  readonly reads: readonly string[]
  readonly writes: readonly string[]
  readonly isReversible: boolean
  readonly requires: readonly string[]
  readonly parameters: Readonly<Record<string, ParameterSpec>>
  start(run: MigrationRun): MigrationWork
}

export interface MigrationRun {
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
  read(): Promise<SourceReport>
  check(): Promise<CheckReport[]>
  up(): Promise<WorkReport>
}

export interface SourceReport {
  /** SHA-256 of everything read; null if it reads nothing. */
  readonly payloadHash: string | null
  readonly source: object | null
}

export interface WorkReport {
  readonly findings: readonly Finding[]
  /** Where the result deviates from the source. */
  readonly warnings?: readonly string[]
  /** This migration's part of the report; JSON-safe. */
  readonly report: object
}
