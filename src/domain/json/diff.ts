import { canonicalJson } from './canonical-json.ts'
import type { PatchOperation } from './patch.ts'
import { isJsonObject, pointerTo, type JsonObject, type JsonValue } from './value.ts'

export interface DiffCounts {
  readonly added: number
  readonly changed: number
  readonly removed: number
  readonly unchanged: number
}

export interface JsonDiff {
  /** RFC 6902, from left to right. */
  readonly patch: readonly PatchOperation[]
  /** Counts JSON values including containers: one more edge of three fields is four. */
  readonly summary: DiffCounts
}

/**
 * Diffs two JSON values in linear time and memory (rfc6902's `createPatch` is quadratic). List items are
 * matched by `id`, `key` or `slug`, else by equality, so that an insertion into a long list is one operation.
 */
export function diffJson(from: JsonValue, to: JsonValue): JsonDiff {
  const diff: Draft = { patch: [], added: 0, changed: 0, removed: 0, unchanged: 0 }
  compare(from, to, '', diff)
  const { patch, ...summary } = diff
  return { patch, summary }
}

type Draft = { patch: PatchOperation[] } & { -readonly [Name in keyof DiffCounts]: number }

function compare(from: JsonValue, to: JsonValue, pointer: string, diff: Draft): void {
  const areObjects = isJsonObject(from) && isJsonObject(to)
  const areLists = isList(from) && isList(to)
  if (areObjects || areLists || from === to) diff.unchanged++
  if (areObjects) compareObjects(from, to, pointer, diff)
  else if (areLists) compareLists(from, to, pointer, diff)
  else if (from !== to) replace(from, to, pointer, diff)
}

function compareObjects(from: JsonObject, to: JsonObject, pointer: string, diff: Draft): void {
  for (const [name, value] of Object.entries(from))
    if (!Object.hasOwn(to, name)) remove(value, pointerTo(pointer, name), diff)
  for (const [name, value] of Object.entries(to)) {
    const place = pointerTo(pointer, name)
    if (Object.hasOwn(from, name)) compare(from[name]!, value, place, diff)
    else add(value, place, diff)
  }
}

function compareLists(
  from: readonly JsonValue[],
  to: readonly JsonValue[],
  pointer: string,
  diff: Draft,
): void {
  const [before, after] = [identify(from), identify(to)]
  const [places, stays] = [new Map(before.map((identity, at) => [identity, at])), new Set(after)]
  const kept = before.filter((identity) => stays.has(identity))
  const keptAfter = after.filter((identity) => places.has(identity))
  // Reordered lists, and lists with nothing in common, are compared by position.
  if (kept.length === 0 || kept.some((identity, at) => identity !== keptAfter[at]))
    return compareByPlace(from, to, pointer, diff)
  for (let at = from.length - 1; at >= 0; at--)
    if (!stays.has(before[at]!)) remove(from[at]!, pointerTo(pointer, at), diff)
  for (const [at, identity] of after.entries()) {
    const place = places.get(identity)
    if (place === undefined) add(to[at]!, pointerTo(pointer, at), diff)
    else compare(from[place]!, to[at]!, pointerTo(pointer, at), diff)
  }
}

function compareByPlace(
  from: readonly JsonValue[],
  to: readonly JsonValue[],
  pointer: string,
  diff: Draft,
): void {
  const shared = Math.min(from.length, to.length)
  for (let at = from.length - 1; at >= shared; at--) remove(from[at]!, pointerTo(pointer, at), diff)
  for (let at = 0; at < shared; at++) compare(from[at]!, to[at]!, pointerTo(pointer, at), diff)
  for (let at = shared; at < to.length; at++) add(to[at]!, pointerTo(pointer, at), diff)
}

/** A unique identity per item, the same on both sides. */
function identify(list: readonly JsonValue[]): string[] {
  const seen = new Map<string, number>()
  return list.map((item) => {
    const given = isJsonObject(item) ? (item['id'] ?? item['key'] ?? item['slug']) : undefined
    const isName = typeof given === 'string' || typeof given === 'number'
    const name = isName ? `=${given}` : canonicalJson(item)
    const times = (seen.get(name) ?? 0) + 1
    seen.set(name, times)
    return `${times} ${name}`
  })
}

function add(value: JsonValue, path: string, diff: Draft): void {
  diff.patch.push({ op: 'add', path, value })
  diff.added += countValues(value)
}

function remove(value: JsonValue, path: string, diff: Draft): void {
  diff.patch.push({ op: 'remove', path })
  diff.removed += countValues(value)
}

function replace(from: JsonValue, to: JsonValue, path: string, diff: Draft): void {
  diff.patch.push({ op: 'replace', path, value: to })
  const [before, after] = [countValues(from), countValues(to)]
  diff.changed += Math.min(before, after)
  diff.added += Math.max(0, after - before)
  diff.removed += Math.max(0, before - after)
}

function countValues(value: JsonValue): number {
  const parts = isList(value) ? value : isJsonObject(value) ? Object.values(value) : []
  return parts.reduce<number>((sum, part) => sum + countValues(part), 1)
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}
