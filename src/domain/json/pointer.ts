import { AppError } from '../../errors.ts'

/** The segments of an RFC 6901 pointer. Throws BAD_REQUEST if malformed. */
export function parsePointer(pointer: string): string[] {
  if ((pointer !== '' && !pointer.startsWith('/')) || /~(?![01])/.test(pointer))
    throw new AppError(
      'BAD_REQUEST',
      `\`${pointer}\` is not a JSON pointer (RFC 6901): begin it with a slash, and write ~0 for ~ and ~1 for /.`,
    )
  return pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Whether a segment is a list index: digits without leading zeros (RFC 6901, section 4). */
export function isListIndex(segment: string): boolean {
  return /^(0|[1-9]\d*)$/.test(segment)
}

/** The value at a pointer; undefined if there is none. */
export function resolvePointer(document: unknown, pointer: string): unknown {
  return followPath(document, parsePointer(pointer))
}

export function followPath(document: unknown, path: readonly string[]): unknown {
  let value = document
  for (const segment of path) {
    if (Array.isArray(value)) value = isListIndex(segment) ? (value as unknown[])[Number(segment)] : undefined
    else if (typeof value === 'object' && value !== null && Object.hasOwn(value, segment))
      value = (value as Record<string, unknown>)[segment]
    else return undefined
    if (value === undefined) return undefined
  }
  return value
}
