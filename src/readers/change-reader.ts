import type { Page, PageRequest } from '../domain/paging/page.ts'
import type { DiffCounts } from '../domain/json/diff.ts'
import type { JsonObject } from '../domain/json/value.ts'
import type { MaybePromise, Positioned } from './record.ts'

export const subjectTypes = ['Entity', 'GraphEdge'] as const
export type SubjectType = (typeof subjectTypes)[number]

export interface ChangeRecord {
  readonly position: number
  readonly operation: 'ADDED' | 'CHANGED' | 'REMOVED'
  readonly subjectType: SubjectType
  readonly subjectId: string
  /** Slug of an entity; `source|relation|target` of an edge. */
  readonly subjectKey: string
  /** Null if the subject was absent or hidden. */
  readonly before: JsonObject | null
  readonly after: JsonObject | null
  readonly changedAt: string
  /** Null for the public. */
  readonly changedBy: string | null
}

/** A feed position with its time: after a failover or restore, another change may have the same number. */
export interface FeedPlace {
  readonly position: number
  readonly changedAt: string | null
}

export interface ChangeQuery {
  readonly types: readonly SubjectType[] | null
  readonly after: number | null
  readonly limit: number
}

export interface RevisionRecord {
  readonly id: string
  readonly entityId: string
  readonly revision: number
  readonly state: JsonObject
  readonly before: JsonObject | null
  readonly changedAt: string
  readonly changedBy: string | null
  readonly runId: string | null
}

/** A subject at two moments; null where absent or hidden. */
export interface DifferenceRecord {
  readonly subjectType: SubjectType
  readonly subjectKey: string
  readonly before: JsonObject | null
  readonly after: JsonObject | null
}
/** Two moments in RFC 3339; without an end, now. */
export interface Span {
  readonly from: string
  readonly to: string | null
}

/** The history of the graph. The public sees only what was public: see `kb_changes`. */
export interface ChangeReader {
  /** In commit order, with one row beyond the limit if there are more. */
  changes(query: ChangeQuery): MaybePromise<readonly ChangeRecord[]>
  lastPlace(): MaybePromise<FeedPlace>
  momentAt(position: number): MaybePromise<string | null>
  revisionsOf(entityId: string, page: PageRequest): MaybePromise<Page<Positioned<RevisionRecord>>>
  countRevisionsOf(entityId: string): MaybePromise<number>
  revision(id: string): MaybePromise<RevisionRecord | null>
  /** Net changes between two moments, by type and key. */
  differences(span: Span, page: PageRequest): MaybePromise<Page<Positioned<DifferenceRecord>>>
  countDifferences(span: Span): MaybePromise<DiffCounts>
}
