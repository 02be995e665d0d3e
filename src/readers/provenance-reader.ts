import type { StringFilter } from '../domain/graph/filter.ts'
import type { Page, PageRequest } from '../domain/paging/page.ts'
import type { MaybePromise, Positioned } from './record.ts'

export type RunStatus = 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELED'
export interface ProvenanceRunRecord {
  readonly id: string
  readonly key: string
  readonly tool: string
  readonly toolVersion: string | null
  readonly agent: string | null
  readonly gitCommit: string | null
  readonly status: RunStatus
  readonly startedAt: string
  readonly endedAt: string | null
  readonly inputHash: string | null
  readonly outputHash: string | null
  readonly parameters: unknown
}
export interface DocumentRecord {
  readonly uri: string
  readonly title: string | null
  readonly retrievedAt: string | null
  readonly documentHash: string | null
  readonly license: string | null
}
export interface SourceRecord extends DocumentRecord {
  readonly id: string
  readonly entityId: string | null
  readonly edgeId: string | null
  readonly runId: string
  readonly locator: string | null
  readonly excerpt: string | null
  readonly supports: readonly string[]
  readonly confidence: number | null
  readonly rank: 'PREFERRED' | 'NORMAL' | 'DEPRECATED'
}
export type ProvenanceRunLookup =
  { readonly by: 'id'; readonly id: string } | { readonly by: 'key'; readonly key: string }
export interface SourceSubject {
  readonly of: 'entity' | 'edge'
  readonly id: string
}
export interface ProvenanceRunFilter {
  readonly status: readonly RunStatus[] | null
  readonly tool: StringFilter | null
}

/** Provenance runs, latest first, and references, by address. The public sees what touched published content. */
export interface ProvenanceReader {
  provenanceRun(lookup: ProvenanceRunLookup): MaybePromise<ProvenanceRunRecord | null>
  provenanceRuns(
    where: ProvenanceRunFilter,
    page: PageRequest,
  ): MaybePromise<Page<Positioned<ProvenanceRunRecord>>>
  countProvenanceRuns(where: ProvenanceRunFilter): MaybePromise<number>
  /** The distinct documents that a run references. */
  documentsOf(runId: string): MaybePromise<readonly DocumentRecord[]>
  source(id: string): MaybePromise<SourceRecord | null>
  sourcesOf(subject: SourceSubject, page: PageRequest): MaybePromise<Page<Positioned<SourceRecord>>>
  countSourcesOf(subject: SourceSubject): MaybePromise<number>
}
