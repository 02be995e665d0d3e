import type { OperationKind, OperationRun as RunRecord } from '../../database/operations/runs.ts'
import { AppError, SettingsError } from '../../errors.ts'
import type { OperationErrorCode } from '../../ops/run/error.ts'
import type { CheckReport, OperationSummary } from '../../ops/run/summary.ts'
import type { OpsContext } from '../../ops/run/context.ts'
import { getRunningRun } from '../../resolvers/operation-run.ts'
import { storageStatus } from '../../storage/storage-status.ts'
import { decodeGlobalId, isRunType } from '../../domain/graph/global-id.ts'
import type { Context } from '../base/context.ts'
import {
  alreadyRunningError,
  backendUnavailableError,
  notFoundError,
  preconditionError,
  validationError,
  type UserErrorShape,
} from '../base/user-errors.ts'

export interface OperationSuccess {
  readonly __typename: string
  readonly run: RunRecord
}

type Failure = OperationSummary['findings'][number]
type ErrorType =
  | 'ValidationError'
  | 'NotFoundError'
  | 'PreconditionError'
  | 'AlreadyRunningError'
  | 'BackendUnavailableError'

export interface ResultSpec {
  readonly success: string
  readonly kind: OperationKind
  readonly errors: readonly ErrorType[]
  /** Overrides the mapping of an error; null falls through to the default. */
  readonly toError?: (code: OperationErrorCode, run: RunRecord, failure: Failure) => UserErrorShape | null
}

/**
 * Runs an operation for a mutation, as the command line does. Refusals become the matching error type; a failed or running run is
 * a success whose status tells the rest.
 */
export async function runForMutation(
  context: Context,
  spec: ResultSpec,
  verb: (ctx: OpsContext) => Promise<OperationSummary>,
): Promise<OperationSuccess | UserErrorShape> {
  const { run, summary } = await start(context, fieldOf(spec), verb)
  const failure = summary?.findings.find(({ code }) => code.startsWith('operation.'))
  if (failure === undefined || summary === null) return { __typename: spec.success, run }
  const code = failure.code.slice('operation.'.length) as OperationErrorCode
  const own = spec.toError?.(code, run, failure)
  if (own != null) return own
  const wanted = errorTypes[code]
  if (wanted === undefined) return { __typename: spec.success, run }
  // If the union lacks the exact type, report an invalid input.
  const type = spec.errors.includes(wanted) ? wanted : 'ValidationError'
  if (!spec.errors.includes(type)) throw new AppError('BAD_REQUEST', failure.message)
  return toError(context, type, spec.kind, failure, summary)
}

function fieldOf({ success }: ResultSpec): string {
  const name = success.replace(/Success$/, '')
  return name[0]!.toLowerCase() + name.slice(1)
}

async function start(
  context: Context,
  operation: string,
  verb: (ctx: OpsContext) => Promise<OperationSummary>,
) {
  const { actor, requestId, admin } = context
  try {
    return await admin.operations.start({ source: { door: 'graphql', actor, requestId }, operation }, verb)
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    throw new AppError('BAD_REQUEST', `This server is not set up for this: ${error.problems.join(' ')}`)
  }
}

const errorTypes: Partial<Record<OperationErrorCode, ErrorType>> = {
  invalid: 'ValidationError',
  'not-found': 'NotFoundError',
  'precondition-failed': 'PreconditionError',
  'ledger-broken': 'PreconditionError',
  'wrong-target': 'PreconditionError',
  'plan-mismatch': 'PreconditionError',
  'already-running': 'AlreadyRunningError',
  'backend-unavailable': 'BackendUnavailableError',
}

async function toError(
  { admin }: Context,
  type: ErrorType,
  kind: OperationKind,
  { code, message, subject }: Failure,
  { report }: OperationSummary,
): Promise<UserErrorShape> {
  switch (type) {
    case 'ValidationError':
      return validationError([{ pointer: '', message, rule: code }])
    case 'NotFoundError':
      return notFoundError(subject, message)
    case 'PreconditionError':
      return preconditionError(message, failedChecks(report, message))
    case 'AlreadyRunningError':
      return alreadyRunningError(message, await getRunningRun(admin.pool, kind))
    case 'BackendUnavailableError':
      return backendUnavailableError(message, await storageStatus(admin.storage, () => new Date()))
  }
}

function failedChecks(report: OperationSummary['report'], message: string): readonly CheckReport[] {
  const checks = report['preconditions'] ?? report['checks']
  const failed = Array.isArray(checks)
    ? (checks as CheckReport[]).filter(({ status }) => status === 'FAIL')
    : []
  if (failed.length > 0) return failed
  return [
    { name: 'precondition', status: 'FAIL', detail: message, expected: null, actual: null, durationMs: null },
  ]
}

/** The uuid of a run's global id; null for other ids. */
export function runIdOf(globalId: string): string | null {
  const decoded = decodeGlobalId(globalId)
  return decoded !== null && isRunType(decoded.type) ? decoded.id : null
}
