import type { OperationRun as RunRecord } from '../../database/operations/runs.ts'
import type { ContentIssue } from '../../domain/constellation/content-issue.ts'
import type { Role as RoleName } from '../../domain/access/role.ts'
import type { CheckReport } from '../../ops/run/summary.ts'
import type { StorageStatus as StatusRecord } from '../../storage/storage-status.ts'
import { builder } from './builder.ts'
import { Check } from './check.ts'
import { Node, resolveNode } from './node.ts'
import { OperationRun } from '../ops/operation-run.ts'
import { Role } from './roles.ts'
import { StorageStatus } from '../content/storage-status.ts'

export const ErrorCode = builder.enumType('ErrorCode', {
  values: [
    'INVALID',
    'NOT_FOUND',
    'DUPLICATE',
    'CONFLICT',
    'IN_USE',
    'FORBIDDEN',
    'PRECONDITION_FAILED',
    'PLAN_MISMATCH',
    'ALREADY_RUNNING',
    'BACKEND_UNAVAILABLE',
    'LIMIT_EXCEEDED',
  ] as const,
})

export interface UserErrorShape {
  readonly __typename: string
  readonly message: string
  readonly code: typeof ErrorCode.$inferType
}

export const UserError = builder.interfaceRef<UserErrorShape>('UserError')
UserError.implement({
  description: 'Anything a careful client can act on. Faults and bad requests stay in `errors`.',
  fields: (t) => ({ message: t.exposeString('message'), code: t.expose('code', { type: ErrorCode }) }),
  resolveType: ({ __typename }) => __typename,
})

export const Issue = builder.objectRef<ContentIssue>('Issue')
Issue.implement({
  fields: (t) => ({
    pointer: t.exposeString('pointer', { description: 'RFC 6901 pointer into `input`.' }),
    message: t.exposeString('message'),
    rule: t.exposeString('rule'),
    allowed: t.field({ type: 'JSON', nullable: true, resolve: ({ allowed }) => allowed ?? null }),
  }),
})

export interface ValidationErrorShape extends UserErrorShape {
  readonly issues: readonly ContentIssue[]
}
export const ValidationError = builder.objectRef<ValidationErrorShape>('ValidationError')
ValidationError.implement({
  description: 'Every problem of the input at once.',
  interfaces: [UserError],
  fields: (t) => ({ issues: t.field({ type: [Issue], resolve: ({ issues }) => issues }) }),
})
export function validationError(issues: readonly ContentIssue[]): ValidationErrorShape {
  const count = issues.length === 1 ? 'one problem' : `${issues.length} problems`
  const message = `The input has ${count}: ${issues[0]?.message ?? 'unknown'}${issues.length > 1 ? ' …' : ''}`
  return { __typename: 'ValidationError', code: 'INVALID', message, issues }
}

export interface NotFoundErrorShape extends UserErrorShape {
  readonly subject: string
}
export const NotFoundError = builder.objectRef<NotFoundErrorShape>('NotFoundError')
NotFoundError.implement({
  interfaces: [UserError],
  fields: (t) => ({ subject: t.exposeString('subject') }),
})
export function notFoundError(subject: string, message: string): NotFoundErrorShape {
  return { __typename: 'NotFoundError', code: 'NOT_FOUND', message, subject }
}

export interface DuplicateErrorShape extends UserErrorShape {
  /** Global id; the node is read when selected. */
  readonly existing: string | null
}
export const DuplicateError = builder.objectRef<DuplicateErrorShape>('DuplicateError')
DuplicateError.implement({
  interfaces: [UserError],
  fields: (t) => ({
    existing: t.field({
      type: Node,
      nullable: true,
      resolve: ({ existing }, _, context, info) =>
        existing === null ? null : resolveNode(context, existing, info),
    }),
  }),
})

export interface InUseErrorShape extends UserErrorShape {
  readonly usedBy: readonly string[]
}
export const InUseError = builder.objectRef<InUseErrorShape>('InUseError')
InUseError.implement({
  interfaces: [UserError],
  fields: (t) => ({
    usedBy: t.field({
      type: [Node],
      resolve: async ({ usedBy }, _, context, info) => {
        const nodes = await Promise.all(usedBy.map(async (id) => resolveNode(context, id, info)))
        return nodes.filter((node) => node !== null)
      },
    }),
  }),
})

export interface ConflictErrorShape extends UserErrorShape {
  readonly expectedRevision: number
  readonly currentRevision: number
  /** Global id. */
  readonly current: string | null
  readonly suggestedMerge: unknown
}
export const ConflictError = builder.objectRef<ConflictErrorShape>('ConflictError')
ConflictError.implement({
  description: 'Someone else wrote first. Nothing was changed.',
  interfaces: [UserError],
  fields: (t) => ({
    expectedRevision: t.exposeInt('expectedRevision'),
    currentRevision: t.exposeInt('currentRevision'),
    current: t.field({
      type: Node,
      nullable: true,
      resolve: ({ current }, _, context, info) =>
        current === null ? null : resolveNode(context, current, info),
    }),
    suggestedMerge: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Three-way merge of yours onto theirs, if no field clashes.',
      resolve: ({ suggestedMerge }) => suggestedMerge ?? null,
    }),
  }),
})

export interface ForbiddenErrorShape extends UserErrorShape {
  readonly requiredRole: RoleName
}
/** Created by the role guard. */
export const ForbiddenError = builder.objectRef<ForbiddenErrorShape>('ForbiddenError')
ForbiddenError.implement({
  interfaces: [UserError],
  fields: (t) => ({ requiredRole: t.expose('requiredRole', { type: Role }) }),
})

export interface PreconditionErrorShape extends UserErrorShape {
  readonly failed: readonly CheckReport[]
}
export const PreconditionError = builder.objectRef<PreconditionErrorShape>('PreconditionError')
PreconditionError.implement({
  interfaces: [UserError],
  fields: (t) => ({ failed: t.field({ type: [Check], resolve: ({ failed }) => failed }) }),
})
export function preconditionError(message: string, failed: readonly CheckReport[]): PreconditionErrorShape {
  return { __typename: 'PreconditionError', code: 'PRECONDITION_FAILED', message, failed }
}

export interface AlreadyRunningErrorShape extends UserErrorShape {
  readonly running: RunRecord | null
}
export const AlreadyRunningError = builder.objectRef<AlreadyRunningErrorShape>('AlreadyRunningError')
AlreadyRunningError.implement({
  interfaces: [UserError],
  fields: (t) => ({
    running: t.field({ type: OperationRun, nullable: true, resolve: ({ running }) => running }),
  }),
})
export function alreadyRunningError(message: string, running: RunRecord | null): AlreadyRunningErrorShape {
  return { __typename: 'AlreadyRunningError', code: 'ALREADY_RUNNING', message, running }
}

export interface BackendUnavailableErrorShape extends UserErrorShape {
  readonly storage: StatusRecord
}
export const BackendUnavailableError =
  builder.objectRef<BackendUnavailableErrorShape>('BackendUnavailableError')
BackendUnavailableError.implement({
  interfaces: [UserError],
  fields: (t) => ({ storage: t.field({ type: StorageStatus, resolve: ({ storage }) => storage }) }),
})
export function backendUnavailableError(
  message: string,
  storage: StatusRecord,
): BackendUnavailableErrorShape {
  return { __typename: 'BackendUnavailableError', code: 'BACKEND_UNAVAILABLE', message, storage }
}
