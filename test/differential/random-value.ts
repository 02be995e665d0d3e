import {
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
} from 'graphql'
import type { Draw } from './draw.ts'
import type { KnownValues } from './known-values.ts'
import { partOf, randomJson, randomText } from './random-text.ts'

/** Stands for a variable inside a value. */
export class VariableReference {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}
/** An enum value, written without quotes. */
export class EnumName {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

export interface ValueMaker {
  readonly draw: Draw
  readonly known: KnownValues
  /** Turns some values into variables. */
  readonly asVariable: (type: GraphQLInputType, value: unknown) => unknown
}

/** The pool for texts, by the names on the path; the last match wins. */
const poolOf: Readonly<Record<string, string>> = {
  slug: 'slug', kind: 'kind', domain: 'domain', relation: 'relation', relations: 'relation', title: 'title', tags: 'tag', hasAny: 'tag', hasAll: 'tag', hasNone: 'tag',
  url: 'url', key: 'mediaKey', contentHash: 'mediaHash', preset: 'preset', mimeType: 'mimeType', tool: 'tool', pointer: 'pointer', createdAt: 'moment', updatedAt: 'moment', at: 'moment',
  query: 'words', prefix: 'words', migration: 'runKey', snapshot: 'anyId', startsWithTag: 'tag', format: 'mimeType', accept: 'mimeType',
} // prettier-ignore

const numberPool: Readonly<Record<string, readonly number[]>> = {
  degree: [0, 1, 2, 3, 5, 8, 100],
  weight: [0, -1, 1, 2, 0.1, 0.30000000000000004, 1e21, 2.5],
  gt: [0, -1, 1, 1e9, 0.5],
  lt: [0, -1, 1, 1e9, 0.5],
  limit: [1, 2, 5, 20],
  minWidth: [1, 160, 161, 320, 5000],
  minHeight: [1, 80, 200],
  maxEntities: [1, 3, 10, 50],
  maxEdges: [1, 3, 20, 100],
  depth: [0, 1, 2, 3],
  maxLength: [1, 2, 3, 4, 6],
  contentVersion: [1, 2],
}

/**
 * A value of an input type; the caller handles `null` and omission.
 * @param path names that lead to it
 */
export function randomValue(
  maker: ValueMaker,
  type: GraphQLInputType,
  path: readonly string[],
  depth = 0,
): unknown {
  const value = plainValue(maker, getNullableType(type), path, depth)
  return maker.asVariable(type, value)
}

function plainValue(
  maker: ValueMaker,
  type: GraphQLInputType,
  path: readonly string[],
  depth: number,
): unknown {
  const { draw } = maker
  if (isListType(type)) {
    const inner = type.ofType
    // A single item is coerced to a list.
    if (draw.chance(0.05)) return plainValue(maker, getNullableType(inner), path, depth + 1)
    const most = isInputObjectType(getNullableType(inner)) ? 3 : 4
    return Array.from({ length: draw.number(most + 1) }, () => randomValue(maker, inner, path, depth + 1))
  }
  if (isEnumType(type)) return new EnumName(draw.pick(type.getValues()).name)
  if (isInputObjectType(type)) return objectValue(maker, type, path, depth)
  if (isNonNullType(type)) throw new Error('not reached')
  return scalarValue(maker, type.name, path)
}

const deep = new Set([
  'and',
  'or',
  'not',
  'edges',
  'entity',
  'source',
  'target',
  'some',
  'every',
  'none',
  'through',
  'where',
])

function objectValue(maker: ValueMaker, type: GraphQLInputObjectType, path: readonly string[], depth: number): unknown {
  const { draw } = maker
  const fields = Object.values(type.getFields()).filter(({ name }) => depth < 5 || !deep.has(name))
  const needed = fields.filter((field) => isNonNullType(field.type) && field.defaultValue === undefined)
  const rest = fields.filter((field) => !needed.includes(field))
  const chosen = type.isOneOf ? [draw.pick(pickable(type, fields))] : [...needed, ...(rest.length === 0 ? [] : draw.some(rest, depth > 2 ? 1 : 2))]
  return Object.fromEntries(
    chosen.map((field) => {
      const way = [...path, type.name, field.name]
      // A oneOf member may be a variable only if it is non-null.
      return [field.name, type.isOneOf ? plainValue(maker, getNullableType(field.type), way, depth + 1) : randomValue(maker, field.type, way, depth + 1)]
    }),
  )
} // prettier-ignore

function pickable<Field extends { readonly name: string }>(type: GraphQLInputObjectType, fields: readonly Field[]): Field[] {
  if (type.name === 'GraphRef') return fields.flatMap((field) => (field.name === 'at' ? Array.from({ length: 8 }, () => field) : [field]))
  return fields.flatMap((field) => (field.name === 'slug' ? [field, field, field] : [field]))
} // prettier-ignore

const lookups: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  EntityLookup: { id: 'entityId', slug: 'slug', url: 'url' },
  MediaLookup: { id: 'mediaId', key: 'mediaKey', contentHash: 'mediaHash' },
  WorkflowLookup: { id: 'workflowId', slug: 'workflowSlug' },
  ProvenanceRunLookup: { id: 'runId', key: 'runKey' },
}

function scalarValue(maker: ValueMaker, scalar: string, path: readonly string[]): unknown {
  const { draw, known } = maker
  const name = path.at(-1)!
  const owner = path.at(-2) ?? ''
  const poolName =
    lookups[owner]?.[name] ??
    (owner === 'WorkflowFilter' && name === 'slug' ? 'workflowSlug' : undefined) ??
    [...path].reverse().flatMap((each) => poolOf[each] ?? [])[0]
  const pool = known.pools[poolName ?? ''] ?? []
  if (scalar === 'Boolean') return draw.chance(0.5)
  if (scalar === 'Int' || scalar === 'Float') {
    const numbers = [...path].reverse().flatMap((each) => (numberPool[each] ? [numberPool[each]] : []))[0] ?? [0, 1, 2, 3]
    const number = draw.pick(numbers)
    return scalar === 'Int' ? Math.trunc(number) : number
  }
  if (scalar === 'JSON') return draw.chance(0.6) ? draw.pick(known.pools['json']!) : randomJson(draw)
  if (scalar === 'ID') return draw.pick(pool.length > 0 ? pool : known.pools['anyId']!)
  if (scalar === 'DateTime') return draw.pick(known.pools['moment']!)
  if (scalar === 'URL') return draw.pick(known.pools['url']!)
  if (scalar === 'SHA256') return draw.pick(known.pools['mediaHash']!)
  const text = pool.length > 0 ? (draw.pick(pool) as string) : randomText(draw)
  if (name === 'startsWith') return scalar === 'Key' ? text.slice(0, 1 + draw.number(3)) : Array.from(text).slice(0, draw.number(4)).join('')
  if (name === 'contains') return partOf(draw, text)
  if (name === 'containsInsensitive') return flip(draw, partOf(draw, text))
  return text
} // prettier-ignore

const flip = (draw: Draw, text: string) => (draw.chance(0.5) ? text.toUpperCase() : text.toLowerCase())
