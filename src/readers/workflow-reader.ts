import type { PublicationStatus, WorkflowFilter } from '../domain/graph/filter.ts'
import type { Page, PageRequest } from '../domain/paging/page.ts'
import type { MaybePromise, Positioned } from './record.ts'

export interface WorkflowRecord {
  readonly id: string
  readonly slug: string
  readonly title: string
  readonly summary: string | null
  readonly status: PublicationStatus
  readonly revision: number
}
export interface StepRecord {
  readonly id: string
  readonly workflowId: string
  readonly position: number
  readonly title: string
  readonly body: string | null
  readonly entityId: string | null
  readonly mediaId: string | null
  readonly attributes: Readonly<Record<string, unknown>>
}
export type WorkflowLookup =
  { readonly by: 'id'; readonly id: string } | { readonly by: 'slug'; readonly slug: string }

/** Published workflows by slug, and their steps by position. */
export interface WorkflowReader {
  workflow(lookup: WorkflowLookup): MaybePromise<WorkflowRecord | null>
  workflows(where: WorkflowFilter | null, page: PageRequest): MaybePromise<Page<Positioned<WorkflowRecord>>>
  countWorkflows(where: WorkflowFilter | null): MaybePromise<number>
  /** Workflows with a step about the entity. */
  workflowsOf(entityId: string, page: PageRequest): MaybePromise<Page<Positioned<WorkflowRecord>>>
  countWorkflowsOf(entityId: string): MaybePromise<number>
  step(id: string): MaybePromise<StepRecord | null>
  stepsOf(workflowId: string): MaybePromise<readonly StepRecord[]>
  dependenciesOf(stepId: string): MaybePromise<readonly StepRecord[]>
}
