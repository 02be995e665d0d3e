import type { Page, PageRequest } from '../domain/paging/page.ts'
import type { DiffCounts } from '../domain/json/diff.ts'
import type { JsonObject } from '../domain/json/value.ts'
import type { MaybePromise, Positioned } from './record.ts'

export const subjectTypes = ['Entity', 'GraphEdge'] as const
export type SubjectType = (typeof subjectTypes)[number]

/** One change of an entity or an edge, as whoever asks may see it. */
export interface ChangeRecord {
  /** Place in the feed; rises as transactions commit. */
  readonly position: number
  readonly operation: 'ADDED' | 'CHANGED' | 'REMOVED'
  readonly subjectType: SubjectType
  readonly subjectId: string
  /** Slug of an entity; `source|relation|target` of an edge. */
  readonly subjectKey: string
  /** The content before and after; null where it was not there, or not to be seen. */
  readonly before: JsonObject | null
  readonly after: JsonObject | null
  readonly changedAt: string
  /** Null for the public, which is not told who edits. */
  readonly changedBy: string | null
}

/** A place in the feed, and what makes it known again: after a failover or a restore another change may have its number. */
export interface FeedPlace {
  readonly position: number
  /** Null at the beginning, and where it is not known. */
  readonly changedAt: string | null
}

export interface ChangeQuery {
  readonly types: readonly SubjectType[] | null
  /** Changes beyond this place; null from the beginning. */
  readonly after: number | null
  readonly limit: number
}

/** A state that an entity was in. */
export interface RevisionRecord {
  /** Its place in the feed. */
  readonly id: string
  readonly entityId: string
  readonly revision: number
  readonly state: JsonObject
  /** The state before it; null for the first. */
  readonly before: JsonObject | null
  readonly changedAt: string
  readonly changedBy: string | null
  readonly runId: string | null
}

/** What one subject is at two moments; null where it is not there, or not to be seen. */
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

/** What happened to the graph. The public sees of it what was public: see `kb_changes`. */
export interface ChangeReader {
  /** In the order in which they were committed, one more than the limit if there are more. */
  changes(query: ChangeQuery): MaybePromise<readonly ChangeRecord[]>
  /** The place of the last change of all; position 0 if there is none. */
  lastPlace(): MaybePromise<FeedPlace>
  /** When what has this place in the feed was changed; null if nothing has it. */
  momentAt(position: number): MaybePromise<string | null>
  /** The newest first. */
  revisionsOf(entityId: string, page: PageRequest): MaybePromise<Page<Positioned<RevisionRecord>>>
  countRevisionsOf(entityId: string): MaybePromise<number>
  revision(id: string): MaybePromise<RevisionRecord | null>
  /** What came of all changes between two moments, by type and key. */
  differences(span: Span, page: PageRequest): MaybePromise<Page<Positioned<DifferenceRecord>>>
  countDifferences(span: Span): MaybePromise<DiffCounts>
}
