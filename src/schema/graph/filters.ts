import type { EdgeMatch, EntityFilter, GraphEdgeFilter } from '../../domain/graph/filter.ts'
import { builder } from '../base/builder.ts'

export const PublicationStatus = builder.enumType('PublicationStatus', {
  values: ['DRAFT', 'PUBLISHED', 'ARCHIVED'] as const,
})
export const TraversalDirection = builder.enumType('TraversalDirection', {
  values: ['OUT', 'IN', 'ANY'] as const,
})
export const OrderDirection = builder.enumType('OrderDirection', { values: ['ASC', 'DESC'] as const })

export const StringFilter = builder.inputType('StringFilter', {
  fields: (t) => ({
    eq: t.string(),
    ne: t.string(),
    in: t.stringList(),
    notIn: t.stringList(),
    startsWith: t.string(),
    contains: t.string(),
    containsInsensitive: t.string({ description: 'Ignores case and accents.' }),
    isNull: t.boolean(),
  }),
})
export const KeyFilter = builder.inputType('KeyFilter', {
  fields: (t) => ({
    eq: t.field({ type: 'Key' }),
    ne: t.field({ type: 'Key' }),
    in: t.field({ type: ['Key'] }),
    notIn: t.field({ type: ['Key'] }),
    startsWith: t.string(),
  }),
})
export const IntFilter = builder.inputType('IntFilter', {
  fields: (t) => ({
    eq: t.int(),
    ne: t.int(),
    in: t.intList(),
    lt: t.int(),
    lte: t.int(),
    gt: t.int(),
    gte: t.int(),
    isNull: t.boolean(),
  }),
})
export const FloatFilter = builder.inputType('FloatFilter', {
  fields: (t) => ({
    eq: t.float(),
    lt: t.float(),
    lte: t.float(),
    gt: t.float(),
    gte: t.float(),
    isNull: t.boolean(),
  }),
})
export const DateTimeFilter = builder.inputType('DateTimeFilter', {
  fields: (t) => ({
    eq: t.field({ type: 'DateTime' }),
    lt: t.field({ type: 'DateTime' }),
    lte: t.field({ type: 'DateTime' }),
    gt: t.field({ type: 'DateTime' }),
    gte: t.field({ type: 'DateTime' }),
    isNull: t.boolean(),
  }),
})
export const TagSetFilter = builder.inputType('TagSetFilter', {
  fields: (t) => ({
    hasAny: t.stringList(),
    hasAll: t.stringList(),
    hasNone: t.stringList(),
    isEmpty: t.boolean(),
  }),
})
const AttributeFilterInput = builder.inputType('AttributeFilter', {
  description: 'A test on one attribute of the JSON column, addressed by RFC 6901 pointer.',
  fields: (t) => ({
    pointer: t.string({ required: true }),
    exists: t.boolean(),
    eq: t.field({ type: 'JSON' }),
    in: t.field({ type: ['JSON'] }),
    contains: t.field({ type: 'JSON' }),
    gt: t.float(),
    lt: t.float(),
  }),
})

export const EntityFilterInput = builder.inputRef<EntityFilter>('EntityFilter')
const EdgeMatchInput = builder.inputRef<EdgeMatch>('EdgeMatch').implement({
  fields: (t) => ({
    direction: t.field({ type: TraversalDirection, required: true, defaultValue: 'ANY' }),
    relations: t.field({ type: ['Key'] }),
    weight: t.field({ type: FloatFilter }),
    entity: t.field({ type: EntityFilterInput }),
  }),
})
const EdgeQuantifier = builder.inputType('EdgeQuantifier', {
  description:
    'some: at least one; every: all (true if none); none: no edge matches. `direction` and `relations` choose the edges, `weight` and `entity` are what they are tested for.',
  fields: (t) => ({
    some: t.field({ type: EdgeMatchInput }),
    every: t.field({ type: EdgeMatchInput }),
    none: t.field({ type: EdgeMatchInput }),
  }),
})
EntityFilterInput.implement({
  fields: (t) => ({
    and: t.field({ type: [EntityFilterInput] }),
    or: t.field({ type: [EntityFilterInput] }),
    not: t.field({ type: EntityFilterInput }),
    slug: t.field({ type: KeyFilter }),
    kind: t.field({ type: KeyFilter }),
    domain: t.field({ type: KeyFilter }),
    title: t.field({ type: StringFilter }),
    status: t.field({ type: [PublicationStatus] }),
    tags: t.field({ type: TagSetFilter }),
    attributes: t.field({ type: [AttributeFilterInput] }),
    createdAt: t.field({ type: DateTimeFilter }),
    updatedAt: t.field({ type: DateTimeFilter }),
    degree: t.field({ type: IntFilter }),
    hasMedia: t.boolean(),
    hasSource: t.boolean(),
    edges: t.field({ type: EdgeQuantifier }),
  }),
})

export const GraphEdgeFilterInput = builder.inputRef<GraphEdgeFilter>('GraphEdgeFilter')
GraphEdgeFilterInput.implement({
  fields: (t) => ({
    and: t.field({ type: [GraphEdgeFilterInput] }),
    or: t.field({ type: [GraphEdgeFilterInput] }),
    not: t.field({ type: GraphEdgeFilterInput }),
    relation: t.field({ type: KeyFilter }),
    weight: t.field({ type: FloatFilter }),
    source: t.field({ type: EntityFilterInput }),
    target: t.field({ type: EntityFilterInput }),
    attributes: t.field({ type: [AttributeFilterInput] }),
    updatedAt: t.field({ type: DateTimeFilter }),
  }),
})
