import { encodeGlobalId } from '../../domain/graph/global-id.ts'
import type { NodeReference, Refusal } from '../../domain/refusal.ts'
import type { MutationResult } from '../../resolvers/edit/mutate.ts'
import type { Result } from './result-union.ts'
import {
  notFoundError,
  validationError,
  type ConflictErrorShape,
  type DuplicateErrorShape,
  type InUseErrorShape,
  type NotFoundErrorShape,
  type ValidationErrorShape,
} from './user-errors.ts'

function toUserError(
  refusal: Refusal,
): ValidationErrorShape | NotFoundErrorShape | DuplicateErrorShape | InUseErrorShape | ConflictErrorShape {
  switch (refusal.kind) {
    case 'invalid':
      return validationError(refusal.issues)
    case 'not-found':
      return notFoundError(refusal.subject, refusal.message)
    case 'duplicate': {
      const { message, existing } = refusal
      return {
        __typename: 'DuplicateError',
        code: 'DUPLICATE',
        message,
        existing: existing && idOf(existing),
      }
    }
    case 'in-use': {
      const { message, usedBy } = refusal
      return {
        __typename: 'InUseError',
        code: 'IN_USE',
        message,
        usedBy: usedBy.map(idOf),
      }
    }
    case 'conflict': {
      const { kind: _kind, current, ...facts } = refusal
      return {
        __typename: 'ConflictError',
        code: 'CONFLICT',
        ...facts,
        current: current && idOf(current),
      }
    }
  }
}

/** Maps a mutation's outcome to its success type or the matching error type. */
export function answerOf<Value>(result: MutationResult<Value>, toSuccess: (value: Value) => Result): Result {
  return result.kind === 'done' ? toSuccess(result.value) : toUserError(result.refusal)
}

function idOf({ nodeType, id }: NodeReference): string {
  return encodeGlobalId(nodeType, id)
}
