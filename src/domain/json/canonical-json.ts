import canonicalize from 'canonicalize'
import { AppError } from '../../errors.ts'
import { findJsonFault, isJsonObject } from './value.ts'

/**
 * The RFC 8785 (JCS) form of a JSON value: equal values give equal text in every store. Timestamps, bigints
 * and decimals must already be strings; a Date has lost its microseconds, so it is refused.
 * @throws AppError BAD_REQUEST with the pointer of a lone surrogate, NaN, Infinity or non-JSON value
 */
export function canonicalJson(value: unknown): string {
  if (isEmptyObject(value)) return '{}'
  const fault = findJsonFault(value, { allowNul: true })
  if (fault !== null) {
    throw new AppError(
      'BAD_REQUEST',
      `The value has no canonical JSON form: ${fault.reason} (at ${fault.pointer === '' ? 'its root' : fault.pointer}).`,
      { pointer: fault.pointer },
    )
  }
  return canonicalize(value) as string
}

function isEmptyObject(value: unknown): boolean {
  if (!isJsonObject(value)) return false
  for (const _ in value) return false
  return true
}
