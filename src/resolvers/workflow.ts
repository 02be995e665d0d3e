import { listFingerprint } from '../domain/paging/cursor.ts'
import { checkFilter, type WorkflowFilter } from '../domain/graph/filter.ts'
import { decodeGlobalId } from '../domain/graph/global-id.ts'
import { readPageRequest, type PageArguments } from '../domain/paging/page.ts'
import { AppError } from '../errors.ts'
import type { MaybePromise } from '../readers/record.ts'
import type { StepRecord, WorkflowRecord } from '../readers/workflow-reader.ts'
import { createList, map, wholeList, type List, type Wanted } from './list.ts'
import type { ReadContext } from './read-context.ts'

export interface WorkflowLookupArgument {
  readonly id?: string | null | undefined
  readonly slug?: string | null | undefined
}

export function getWorkflow(
  { reader }: ReadContext,
  { id, slug }: WorkflowLookupArgument,
): MaybePromise<WorkflowRecord | null> {
  if (slug != null) return reader.workflow({ by: 'slug', slug })
  const decoded = decodeGlobalId(id ?? '')
  return decoded?.type === 'Workflow' ? reader.workflow({ by: 'id', id: decoded.id }) : null
}

export function listWorkflows(
  { reader, cursorKey }: ReadContext,
  args: PageArguments & { readonly where?: WorkflowFilter | null | undefined },
  wanted: Wanted,
): MaybePromise<List<WorkflowRecord>> {
  const where = checkFilter('where', args.where)
  const fingerprint = listFingerprint('workflows', where)
  const page = readPageRequest(args, { key: cursorKey, fingerprint, length: 1 })
  return createList(
    wanted,
    fingerprint,
    () => reader.workflows(where, page),
    () => reader.countWorkflows(where),
    {},
  )
}

export function listWorkflowsOf(
  { reader, cursorKey }: ReadContext,
  entityId: string,
  args: PageArguments,
  wanted: Wanted,
): MaybePromise<List<WorkflowRecord>> {
  const fingerprint = listFingerprint('workflowsOf')
  const page = readPageRequest(args, { key: cursorKey, fingerprint, length: 1 })
  return createList(
    wanted,
    fingerprint,
    () => reader.workflowsOf(entityId, page),
    () => reader.countWorkflowsOf(entityId),
    {},
  )
}

export function getWorkflowOfStep({ reader }: ReadContext, workflowId: string): MaybePromise<WorkflowRecord> {
  return map(reader.workflow({ by: 'id', id: workflowId }), (workflow) => {
    if (!workflow) throw new AppError('INTERNAL', 'The workflow was withdrawn while it was read; ask again.')
    return workflow
  })
}

export function listSteps({ reader }: ReadContext, workflowId: string): MaybePromise<readonly StepRecord[]> {
  return wholeList(reader.stepsOf(workflowId), 'steps')
}

/** The steps that a step waits for, in order. */
export function listDependencies(
  { reader }: ReadContext,
  stepId: string,
): MaybePromise<readonly StepRecord[]> {
  return wholeList(reader.dependenciesOf(stepId), 'steps')
}
