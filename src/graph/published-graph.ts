import type { Snapshot } from './snapshot.ts'

export interface EntityMarks {
  hasMedia(node: number): boolean
  hasSource(node: number): boolean
}

export interface PublishedGraph {
  readonly snapshot: Snapshot
  readonly marks: EntityMarks
}
