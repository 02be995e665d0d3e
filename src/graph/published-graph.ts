import type { Snapshot } from './snapshot.ts'

/** What filters need to know of an entity beyond the snapshot. */
export interface EntityMarks {
  hasMedia(node: number): boolean
  hasSource(node: number): boolean
}

export interface PublishedGraph {
  readonly snapshot: Snapshot
  readonly marks: EntityMarks
}
