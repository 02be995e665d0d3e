import { isVisible } from '../text/visible-text.ts'
import { findJsonFault, isJsonObject, pointerTo, type JsonObject, type JsonValue } from '../json/value.ts'

/** Something that was not taken as it stood; `pointer` is from the payload's root. */
export interface Issue {
  readonly pointer: string
  readonly reason: string
}

/** `refused`: the item is not in the result. `warnings`: it is, but not quite as it was given. */
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

/** Beyond this (JSON, UTF-16 units) an item is refused: its words would not fit a search vector. */
export const maximumItemLength = 262_144

/**
 * The entries of one list of a payload that can be looked at: objects without NUL, lone surrogates or absurd size. The
 * rest is refused one by one. A list may also be an object whose keys are the ids; a text stands for `{ id: text }`.
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

/** Reads one item field by field and remembers which fields nobody asked for. */
export interface ItemReader {
  readonly pointer: string
  /**
   * The first of the named fields that `parse` accepts. Null and a text that shows nothing count as absent. A value that `parse` does
   * not accept (undefined) stays in {@link rest} and is {@link unusable}. What is read otherwise than it is written is warned of.
   */
  take<Value>(names: readonly string[], parse: (value: JsonValue) => Value | undefined): Value | null
  /** Whether one of the fields is there, usable or not. */
  has(names: readonly string[]): boolean
  warn(reason: string, field?: string): void
  /** Fields that were not taken, in their order. */
  rest(): Map<string, JsonValue>
  /** Of these, the fields that were asked for and could not be used. */
  unusable(): ReadonlySet<string>
  /** Says of each remaining field that it is not kept: for items without `attributes`. */
  dropRest(): void
}

/** Fields that name something: a number there is an id, which is a text anyway. */
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

/** How a value was read that is not quite what was written; null if it is. */
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
