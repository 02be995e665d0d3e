import type { Snapshot } from './snapshot.ts'

/** What filters ask of an entity beside the graph proper. */
export interface EntityMarks {
  hasMedia(node: number): boolean
  hasSource(node: number): boolean
}

/** A snapshot, and what else is known of its entities. */
export interface PublishedGraph {
  readonly snapshot: Snapshot
  readonly marks: EntityMarks
}
