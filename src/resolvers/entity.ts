import { listFingerprint, type CursorKey } from '../domain/paging/cursor.ts'
import { checkFilter, type EntityFilter, type TraversalDirection } from '../domain/graph/filter.ts'
import { decodeGlobalId } from '../domain/graph/global-id.ts'
import {
  entityPositionLength,
  neighborPositionLength,
  type EntityOrderField,
  type Order,
} from '../domain/graph/order.ts'
import { readPageRequest, readSize, type PageArguments } from '../domain/paging/page.ts'
import { resolvePointer } from '../domain/json/pointer.ts'
import type {
  EntityFacetField,
  EntityFields,
  EntityRecord,
  EntityScope,
  FacetBucket,
  NeighborFields,
  NeighborRecord,
} from '../readers/graph-reader.ts'
import type { MaybePromise } from '../readers/record.ts'
import { createList, map, type List, type Wanted } from './list.ts'
import { past, type ReadContext } from './read-context.ts'

export interface EntityLookupArgument {
  readonly id?: string | null | undefined
  readonly slug?: string | null | undefined
  readonly url?: string | null | undefined
}
export interface EntityListArguments extends PageArguments {
  readonly where?: EntityFilter | null | undefined
  readonly orderBy?: readonly Order<EntityOrderField>[] | null | undefined
}

export type EntityList = List<EntityRecord> & {
  readonly facet: (field: EntityFacetField, limit: number) => MaybePromise<readonly FacetBucket[]>
}

/** One published entity by id, slug or url, or null. */
export function getEntity(
  { reader }: ReadContext,
  { id, slug, url }: EntityLookupArgument,
  fields: EntityFields,
): MaybePromise<EntityRecord | null> {
  if (slug != null) return reader.entity({ by: 'slug', slug }, fields)
  if (url != null) return reader.entity({ by: 'url', url }, fields)
  const decoded = decodeGlobalId(id ?? '')
  return decoded?.type === 'Entity' ? reader.entity({ by: 'id', id: decoded.id }, fields) : null
}

export function readEntityList(cursorKey: CursorKey, args: EntityListArguments, name = 'entities') {
  const where = checkFilter('where', args.where)
  const orderBy = args.orderBy ?? []
  const fingerprint = listFingerprint(name, where, orderBy)
  const page = readPageRequest(args, { key: cursorKey, fingerprint, length: entityPositionLength(orderBy) })
  return { where, orderBy, page, fingerprint }
}

/** Published entities by filter and order, all or those of one parent. */
export function listEntities(
  { reader, cursorKey }: ReadContext,
  args: EntityListArguments,
  wanted: Wanted,
  fields: EntityFields,
  scope: EntityScope | null = null,
): MaybePromise<EntityList> {
  const { fingerprint, ...list } = readEntityList(
    cursorKey,
    args,
    past(reader, scope === null ? 'entities' : `entities ${scope.of}`),
  )
  const { where } = list
  const query = { ...list, fields, withPositions: wanted.positions }
  return createList(
    wanted,
    fingerprint,
    () => reader.entities(query, scope),
    () => reader.countEntities(where, scope),
    { facet: (field: EntityFacetField, limit: number) => reader.entityFacet(field, limit, where, scope) },
  )
}

export function listFacets(
  list: Pick<EntityList, 'facet'>,
  by: readonly EntityFacetField[],
  limit: number,
): MaybePromise<{ field: EntityFacetField; buckets: readonly FacetBucket[] }>[] {
  readSize('limit', limit)
  return [...new Set(by)].map((field) => map(list.facet(field, limit), (buckets) => ({ field, buckets })))
}

export interface NeighborListArguments extends EntityListArguments {
  readonly direction: TraversalDirection
  readonly relations?: readonly string[] | null | undefined
}

export function readNeighborList(cursorKey: CursorKey, args: NeighborListArguments, name = 'neighbors') {
  const where = checkFilter('where', args.where)
  const orderBy = args.orderBy ?? []
  const adjacency = { direction: args.direction, relations: args.relations ?? null }
  const fingerprint = listFingerprint(name, adjacency, where, orderBy)
  const page = readPageRequest(args, { key: cursorKey, fingerprint, length: neighborPositionLength(orderBy) })
  return { adjacency, where, orderBy, page, fingerprint }
}

export function listNeighbors(
  { reader, cursorKey }: ReadContext,
  slug: string,
  args: NeighborListArguments,
  wanted: Wanted,
  fields: NeighborFields,
): MaybePromise<List<NeighborRecord>> {
  const list = readNeighborList(cursorKey, args, past(reader, 'neighbors'))
  const { adjacency, where, orderBy, page, fingerprint } = list
  const query = { ...adjacency, where, orderBy, page, fields, withPositions: wanted.positions }
  return createList(
    wanted,
    fingerprint,
    () => reader.neighborsOf(slug, query),
    () => reader.countNeighborsOf(slug, adjacency, where),
    {},
  )
}

/** One value of the attributes; null if the pointer does not resolve. */
export function getAttribute(entity: EntityRecord, pointer: string): unknown {
  return resolvePointer(entity.attributes, pointer) ?? null
}
