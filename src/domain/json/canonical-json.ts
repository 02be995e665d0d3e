import canonicalize from 'canonicalize'
import { AppError } from '../../errors.ts'
import { findJsonFault, isJsonObject } from './value.ts'

/**
 * The RFC 8785 (JCS) form of a JSON value: the same value gives the same text, whatever store it came from.
 * Timestamps, big integers and decimals must already be strings: a Date or a bigint is refused, not converted,
 * since a Date has silently lost its microseconds.
 *
 * @throws AppError BAD_REQUEST naming the pointer of a lone surrogate, NaN, Infinity or anything that is not JSON.
 * @example canonicalJson({ b: 1.0, a: 'é' }) // '{"a":"é","b":1}'
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

/** Most edges have no attributes. */
function isEmptyObject(value: unknown): boolean {
  if (!isJsonObject(value)) return false
  for (const _ in value) return false
  return true
}
