import type { ArtifactReport } from './artifact.ts'
import type { RestoreComparison } from './comparison.ts'
import type { CheckReport } from '../run/summary.ts'

export interface DrillReport {
  readonly checks: readonly CheckReport[]
  readonly artifact: ArtifactReport
  readonly isKept: boolean
  /** Name of the scratch database, dropped by now; null if nothing was restored. */
  readonly restoredTo: string | null
  readonly exportSeconds: number
  readonly recoveryTimeSeconds: number | null
  /** Seconds of writes that would be lost if the database had died when the drill ended. */
  readonly recoveryPointSeconds: number
  readonly tables: RestoreComparison['tables']
  readonly graphHash: RestoreComparison['graphHash'] | null
  readonly contentHash: RestoreComparison['contentHash'] | null
  /** The comparison, recorded as a run; null if there was none or it could not be recorded. */
  readonly parityRunId: string | null
  readonly sequences: number
  readonly schemaObjects: number
}
