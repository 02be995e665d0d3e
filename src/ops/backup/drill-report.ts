import type { ArtifactReport } from './artifact.ts'
import type { RestoreComparison } from './comparison.ts'
import type { CheckReport } from '../run/summary.ts'

/** What a drill has to say beyond the summary of any operation. */
export interface DrillReport {
  readonly checks: readonly CheckReport[]
  readonly artifact: ArtifactReport
  readonly isKept: boolean
  /** Name of the scratch database; null if nothing was restored. It is gone by now. */
  readonly restoredTo: string | null
  readonly exportSeconds: number
  readonly recoveryTimeSeconds: number | null
  /** Seconds of writes that would be lost had the database gone when the drill ended. */
  readonly recoveryPointSeconds: number
  readonly tables: RestoreComparison['tables']
  readonly graphHash: RestoreComparison['graphHash'] | null
  readonly contentHash: RestoreComparison['contentHash'] | null
  /** The comparison as a run of its own; null if there was none, or it could not be recorded. */
  readonly parityRunId: string | null
  readonly sequences: number
  readonly schemaObjects: number
}
