import { findJsonFault, isJsonObject, pointerTo, type JsonObject, type JsonValue } from './json-value.ts'

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
   * The first of the named fields that `parse` accepts. Null and blank text count as absent. A value that `parse` does
   * not accept (undefined) stays in {@link rest}, with a warning.
   */
  take<Value>(names: readonly string[], parse: (value: JsonValue) => Value | undefined): Value | null
  warn(reason: string, field?: string): void
  /** Fields that were not taken, in their order. */
  rest(): Map<string, JsonValue>
  /** Says of each remaining field that it is not kept: for items without `attributes`. */
  dropRest(): void
}

export function readItem(entry: ListEntry, issues: Issues): ItemReader {
  const taken = new Set<string>()
  const warn: ItemReader['warn'] = (reason, field) => {
    const pointer = field === undefined ? entry.pointer : pointerTo(entry.pointer, field)
    issues.warnings.push({ pointer, reason })
  }
  const rest = () => new Map(Object.entries(entry.value).filter(([name]) => !taken.has(name)))
  return {
    pointer: entry.pointer,
    warn,
    rest,
    take(names, parse) {
      for (const name of names) {
        if (!Object.hasOwn(entry.value, name)) continue
        const value = entry.value[name] as JsonValue
        if (value === null || (typeof value === 'string' && value.trim() === '')) {
          taken.add(name)
          continue
        }
        const parsed = parse(value)
        if (parsed === undefined) {
          warn('not usable as it stands', name)
          continue
        }
        taken.add(name)
        return parsed
      }
      return null
    },
    dropRest() {
      for (const name of rest().keys()) warn('there is no place for this field; it is not kept', name)
    },
  }
}
