import { AppError } from '../../errors.ts'
import { parsePointer } from '../json/pointer.ts'

/** The API's filters as plain values; absent operators do not restrict. */
type Operators<T> = { readonly [Name in keyof T]?: T[Name] | null | undefined }

export type PublicationStatus = 'DRAFT' | 'PUBLISHED' | 'ARCHIVED'
export type TraversalDirection = 'OUT' | 'IN' | 'ANY'
export type StringFilter = Operators<{
  eq: string
  ne: string
  in: readonly string[]
  notIn: readonly string[]
  startsWith: string
  contains: string
  containsInsensitive: string
  isNull: boolean
}>
export type KeyFilter = Operators<{
  eq: string
  ne: string
  in: readonly string[]
  notIn: readonly string[]
  startsWith: string
}>
export type IntFilter = Operators<{
  eq: number
  ne: number
  in: readonly number[]
  lt: number
  lte: number
  gt: number
  gte: number
  isNull: boolean
}>
export type FloatFilter = Operators<{
  eq: number
  lt: number
  lte: number
  gt: number
  gte: number
  isNull: boolean
}>
export type DateTimeFilter = Operators<{
  eq: string
  lt: string
  lte: string
  gt: string
  gte: string
  isNull: boolean
}>
export type TagSetFilter = Operators<{
  hasAny: readonly string[]
  hasAll: readonly string[]
  hasNone: readonly string[]
  isEmpty: boolean
}>
export type AttributeFilter = { readonly pointer: string } & Operators<{
  exists: boolean
  eq: unknown
  in: readonly unknown[]
  contains: unknown
  gt: number
  lt: number
}>
export type EntityFilter = Operators<{
  and: readonly EntityFilter[]
  or: readonly EntityFilter[]
  not: EntityFilter
  slug: KeyFilter
  kind: KeyFilter
  domain: KeyFilter
  title: StringFilter
  status: readonly PublicationStatus[]
  tags: TagSetFilter
  attributes: readonly AttributeFilter[]
  createdAt: DateTimeFilter
  updatedAt: DateTimeFilter
  degree: IntFilter
  hasMedia: boolean
  hasSource: boolean
  edges: EdgeQuantifier
}>
export type EdgeQuantifier = Operators<{ some: EdgeMatch; every: EdgeMatch; none: EdgeMatch }>
export type EdgeMatch = { readonly direction: TraversalDirection } & Operators<{
  relations: readonly string[]
  weight: FloatFilter
  entity: EntityFilter
}>
export type GraphEdgeFilter = Operators<{
  and: readonly GraphEdgeFilter[]
  or: readonly GraphEdgeFilter[]
  not: GraphEdgeFilter
  relation: KeyFilter
  weight: FloatFilter
  source: EntityFilter
  target: EntityFilter
  attributes: readonly AttributeFilter[]
  updatedAt: DateTimeFilter
}>
export type DerivativeFilter = Operators<{ preset: KeyFilter; mimeType: StringFilter; stale: boolean }>
export type MediaFilter = Operators<{
  and: readonly MediaFilter[]
  or: readonly MediaFilter[]
  not: MediaFilter
  key: KeyFilter
  kind: readonly string[]
  mimeType: StringFilter
  unused: boolean
  missingAlt: boolean
  availability: readonly string[]
}>
export type WorkflowFilter = Operators<{
  slug: KeyFilter
  title: StringFilter
  status: readonly PublicationStatus[]
  entity: EntityFilter
}>

const maximumDepth = 12
const maximumConditions = 200
const maximumListLength = 1000
/** Operators whose value is any JSON, where null is a value. */
const jsonOperators = new Set(['eq', 'in', 'contains'])

const mostProblems = 20
/** Validated filters: a variable is one object, however many fields use it. */
const sound = new WeakSet<object>()

/** Lists all problems by RFC 6901 pointer: null used for "no filter", or a filter that is too large. */
export function checkFilter<Filter>(argument: string, filter: Filter | null | undefined): Filter | null {
  if (filter == null || sound.has(filter)) return filter ?? null
  const problems: { pointer: string; message: string }[] = []
  let conditions = 0
  const walk = (value: unknown, pointer: string, depth: number): void => {
    if (conditions > maximumConditions || problems.length >= mostProblems) return
    if (depth > maximumDepth * 2)
      problems.push({ pointer, message: `nested deeper than ${maximumDepth} levels` })
    else if (value === null)
      problems.push({ pointer, message: 'is null; leave it out, or use `isNull: true`' })
    else if (Array.isArray(value)) {
      if (value.length > maximumListLength)
        problems.push({
          pointer,
          message: `has ${value.length} items; at most ${maximumListLength} are allowed`,
        })
      else value.forEach((item, index) => walk(item, `${pointer}/${index}`, depth + 1))
    } else if (typeof value === 'object') {
      const isAttributeTest = 'pointer' in value
      // Now, since whether a filter is ever applied depends on the data and the reader.
      if (isAttributeTest) parsePointer(value.pointer as string)
      for (const [name, inner] of Object.entries(value)) {
        if (inner === undefined) continue
        conditions += 1
        if (isAttributeTest && jsonOperators.has(name)) continue
        walk(inner, `${pointer}/${name}`, depth + 1)
      }
    }
  }
  walk(filter, `/${argument}`, 0)
  if (conditions > maximumConditions)
    problems.push({
      pointer: `/${argument}`,
      message: `has more than ${maximumConditions} conditions; say less at a time`,
    })
  if (problems.length > 0)
    throw new AppError(
      'BAD_REQUEST',
      `The filter cannot be used: ${problems.map((p) => `${p.pointer} ${p.message}`).join('; ')}.`,
      {
        issues: problems,
      },
    )
  sound.add(filter)
  return filter
}
