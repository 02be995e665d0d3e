export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject
export interface JsonObject {
  readonly [name: string]: JsonValue
}

export interface JsonFault {
  readonly pointer: string
  readonly reason: string
}

/** Deeper nesting is refused: parsers' stacks are finite, and no honest document comes near. */
export const maximumJsonDepth = 100

export function isJsonObject(value: unknown): value is JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

export function pointerTo(pointer: string, step: string | number): string {
  return `${pointer}/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/**
 * The first thing in a value that JSON, UTF-8 or Postgres cannot store without loss: a lone surrogate, NUL,
 * NaN, Infinity, a non-JSON value, or nesting deeper than {@link maximumJsonDepth} (which includes cycles).
 * @param options.allowNul NUL is legal JSON; only Postgres' text refuses it
 */
export function findJsonFault(value: unknown, options: { allowNul?: boolean } = {}): JsonFault | null {
  return find(value, '', 0, options.allowNul === true)
}

function find(value: unknown, pointer: string, depth: number, allowNul: boolean): JsonFault | null {
  if (typeof value === 'string') return textFault(value, pointer, allowNul)
  if (value === null || typeof value === 'boolean') return null
  if (typeof value === 'number') {
    return Number.isFinite(value) ? null : { pointer, reason: `${String(value)} is not a JSON number` }
  }
  if (depth >= maximumJsonDepth) return { pointer, reason: `nested deeper than ${maximumJsonDepth}` }
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const fault = find(value[index], pointerTo(pointer, index), depth + 1, allowNul)
      if (fault !== null) return fault
    }
    return null
  }
  if (!isJsonObject(value)) return { pointer, reason: `${typeof value} is not a JSON value` }
  for (const [name, member] of Object.entries(value)) {
    const fault =
      textFault(name, pointer, allowNul) ?? find(member, pointerTo(pointer, name), depth + 1, allowNul)
    if (fault !== null) return fault
  }
  return null
}

function textFault(text: string, pointer: string, allowNul: boolean): JsonFault | null {
  if (!text.isWellFormed())
    return { pointer, reason: 'text with a lone surrogate is not well-formed Unicode' }
  if (!allowNul && text.includes('\0')) return { pointer, reason: 'text with NUL (U+0000) cannot be stored' }
  return null
}
