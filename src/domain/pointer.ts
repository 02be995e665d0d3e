import { AppError } from '../errors.ts'

/**
 * The segments of a JSON pointer (RFC 6901).
 *
 * @throws AppError BAD_REQUEST if it is none
 */
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

/** The value that a pointer leads to; undefined if it leads nowhere. */
export function resolvePointer(document: unknown, pointer: string): unknown {
  return parsePointer(pointer).reduce<unknown>((value, segment) => {
    if (Array.isArray(value))
      return /^(0|[1-9]\d*)$/.test(segment) ? (value as unknown[])[Number(segment)] : undefined
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return undefined
    return (value as Record<string, unknown>)[segment]
  }, document)
}
