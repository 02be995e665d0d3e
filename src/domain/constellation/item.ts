import { isVisible } from '../text/visible-text.ts'
import { findJsonFault, isJsonObject, pointerTo, type JsonObject, type JsonValue } from '../json/value.ts'

export interface Issue {
  readonly pointer: string
  readonly reason: string
}

/** `refused`: the item is not in the result. `warnings`: it is, but changed. */
export interface Issues {
  readonly refused: Issue[]
  readonly warnings: Issue[]
}

/** One entry of a payload's list. `name` is its key if the list was written as an object. */
export interface ListEntry {
  readonly value: JsonObject
  readonly pointer: string
  readonly name: string | null
}

/** Items longer than this (JSON, UTF-16 units) are refused: their words would not fit a search vector. */
export const maximumItemLength = 262_144

/**
 * The usable entries of a payload's list: objects without NUL, lone surrogates or excessive size. Others are
 * refused individually. A list may also be an object keyed by id; a text stands for `{ id: text }`.
 */
export function readEntries(payload: JsonObject, list: string, issues: Issues): ListEntry[] {
  const given = payload[list]
  const listPointer = pointerTo('', list)
  if (given === undefined || given === null) return []
  const isMap = isJsonObject(given)
  if (!isMap && !Array.isArray(given)) {
    issues.refused.push({ pointer: listPointer, reason: `\`${list}\` is neither a list nor an object` })
    return []
  }
  const entries: ListEntry[] = []
  for (const [name, value] of Object.entries(given) as [string, JsonValue][]) {
    const pointer = pointerTo(listPointer, name)
    const fault = findJsonFault(value) ?? (isMap ? findJsonFault(name) : null)
    if (fault !== null) {
      issues.refused.push({ pointer: pointer + fault.pointer, reason: fault.reason })
    } else if (typeof value === 'string' && value.trim() !== '') {
      entries.push(
        isMap ? { value: { label: value }, pointer, name } : { value: { id: value }, pointer, name: null },
      )
    } else if (!isJsonObject(value)) {
      issues.refused.push({ pointer, reason: 'not an object' })
    } else if (JSON.stringify(value).length > maximumItemLength) {
      issues.refused.push({ pointer, reason: `longer than ${maximumItemLength} characters of JSON` })
    } else {
      entries.push({ value, pointer, name: isMap ? name : null })
    }
  }
  return entries
}

export interface ItemReader {
  readonly pointer: string
  /**
   * The first of the named fields that `parse` accepts. Null and blank text count as absent. Rejected values
   * stay in {@link rest} and are {@link unusable}; values read differently than written cause a warning.
   */
  take<Value>(names: readonly string[], parse: (value: JsonValue) => Value | undefined): Value | null
  has(names: readonly string[]): boolean
  warn(reason: string, field?: string): void
  rest(): Map<string, JsonValue>
  unusable(): ReadonlySet<string>
  dropRest(): void
}

/** Fields that name something: a number there is an id. */
const references = ['id', 'key', 'slug', 'source', 'target', 'from', 'to', 'entity', 'media', 'run']

export function readItem(entry: ListEntry, issues: Issues): ItemReader {
  const taken = new Set<string>()
  const unusable = new Set<string>()
  const warn: ItemReader['warn'] = (reason, field) => {
    const pointer = field === undefined ? entry.pointer : pointerTo(entry.pointer, field)
    issues.warnings.push({ pointer, reason })
  }
  const rest = () => new Map(Object.entries(entry.value).filter(([name]) => !taken.has(name)))
  return {
    pointer: entry.pointer,
    warn,
    rest,
    unusable: () => unusable,
    has: (names) => names.some((name) => Object.hasOwn(entry.value, name) && entry.value[name] !== null),
    take(names, parse) {
      for (const name of names) {
        if (!Object.hasOwn(entry.value, name)) continue
        const value = entry.value[name] as JsonValue
        const isBlank = typeof value === 'string' && !isVisible(value)
        if (value === null || isBlank) {
          if (isBlank) warn('shows nothing, so it counts as not given', name)
          taken.add(name)
          continue
        }
        const parsed = parse(value)
        if (parsed === undefined) {
          unusable.add(name)
          continue
        }
        const change = describeChange(name, value, parsed)
        if (change !== null) warn(change, name)
        taken.add(name)
        return parsed
      }
      return null
    },
    dropRest() {
      for (const name of rest().keys())
        if (unusable.has(name))
          issues.refused.push({
            pointer: pointerTo(entry.pointer, name),
            reason: 'cannot be used as it stands',
          })
        else warn('there is no place for this field; it is not kept', name)
    },
  }
}

/** How a value was read if not exactly as written; else null. */
function describeChange(name: string, value: JsonValue, parsed: unknown): string | null {
  if (typeof value === 'string' && typeof parsed === 'number')
    return `is a text; read as the number ${parsed}`
  if (typeof parsed !== 'string' || parsed === value) return null
  if (typeof value === 'string')
    return parsed === value.trim() ? 'is read without the spaces around it' : null
  return references.includes(name) || typeof value === 'object'
    ? null
    : `is a ${typeof value}; read as a text`
}
