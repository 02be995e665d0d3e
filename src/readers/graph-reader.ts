import type {
  EntityFilter,
  GraphEdgeFilter,
  PublicationStatus,
  TraversalDirection,
} from '../domain/graph/filter.ts'
import type { EntityOrderField, GraphEdgeOrderField, Order } from '../domain/graph/order.ts'
import type { Page, PageRequest } from '../domain/paging/page.ts'
import type { FieldSet } from './fields.ts'
import type { MaybePromise, Positioned } from './record.ts'

export interface EntityRecord {
  readonly id: string
  readonly slug: string
  readonly kindKey: string
  readonly domainKey: string | null
  readonly title: string
  readonly summary: string | null
  readonly url: string | null
  readonly status: PublicationStatus
  readonly attributes: Readonly<Record<string, unknown>>
  readonly tags: readonly string[]
  /** RFC 3339, UTC, six digits. */
  readonly createdAt: string
  readonly updatedAt: string
  readonly revision: number
  readonly contentHash: string
}
export type EntityField = keyof EntityRecord
export type EntityFields = FieldSet<EntityField>

export interface EdgeRecord {
  readonly id: string
  readonly relationKey: string
  readonly sourceSlug: string
  readonly targetSlug: string
  readonly label: string | null
  readonly weight: number | null
  readonly attributes: Readonly<Record<string, unknown>>
  readonly createdAt: string
  readonly updatedAt: string
  readonly revision: number
  readonly contentHash: string
  readonly source?: EntityRecord
  readonly target?: EntityRecord
}
export type EdgeField = Exclude<keyof EdgeRecord, 'source' | 'target'>
export interface EdgeFields extends FieldSet<EdgeField> {
  /** Null if the end is not wanted. */
  readonly source: EntityFields | null
  readonly target: EntityFields | null
}

export interface NeighborRecord {
  readonly node: EntityRecord
  readonly edge: EdgeRecord
  readonly direction: 'OUT' | 'IN'
}
export interface NeighborFields {
  readonly key: string
  readonly node: EntityFields
  readonly edge: EdgeFields
}

/** A filtered, ordered list; ties by slug, null last. */
export interface ListQuery<Filter, Field extends string, Fields> {
  readonly where: Filter | null
  readonly orderBy: readonly Order<Field>[]
  readonly page: PageRequest
  readonly fields: Fields
  readonly withPositions: boolean
}
export type EntityQuery = ListQuery<EntityFilter, EntityOrderField, EntityFields>
export type EdgeQuery = ListQuery<GraphEdgeFilter, GraphEdgeOrderField, EdgeFields>

/** Which edges of an entity count; symmetric relations ignore the direction. */
export interface Adjacency {
  readonly direction: TraversalDirection
  readonly relations: readonly string[] | null
}
export type EdgesOfQuery = EdgeQuery & { readonly direction: TraversalDirection }
export type NeighborsQuery = ListQuery<EntityFilter, EntityOrderField, NeighborFields> & Adjacency

/** The owner of a list of entities: a media object, a workflow or a provenance run. */
export interface EntityScope {
  readonly of: 'media' | 'workflow' | 'run'
  readonly id: string
}
export type EntityLookup =
  | { readonly by: 'id'; readonly id: string }
  | { readonly by: 'slug'; readonly slug: string }
  | { readonly by: 'url'; readonly url: string }

export type EntityFacetField = 'KIND' | 'DOMAIN' | 'TAG' | 'STATUS' | 'SOURCE'
export interface FacetBucket {
  readonly value: string
  readonly label: string
  readonly count: number
}

export interface GraphReader {
  readonly moment?: string

  entity(lookup: EntityLookup, fields: EntityFields): MaybePromise<EntityRecord | null>
  entities(query: EntityQuery, scope: EntityScope | null): MaybePromise<Page<Positioned<EntityRecord>>>
  countEntities(where: EntityFilter | null, scope: EntityScope | null): MaybePromise<number>
  /** By descending count, then value. */
  entityFacet(
    field: EntityFacetField,
    limit: number,
    where: EntityFilter | null,
    scope: EntityScope | null,
  ): MaybePromise<readonly FacetBucket[]>

  edge(id: string, fields: EdgeFields): MaybePromise<EdgeRecord | null>
  edges(query: EdgeQuery): MaybePromise<Page<Positioned<EdgeRecord>>>
  countEdges(where: GraphEdgeFilter | null): MaybePromise<number>

  edgesOf(slug: string, query: EdgesOfQuery): MaybePromise<Page<Positioned<EdgeRecord>>>
  countEdgesOf(
    slug: string,
    direction: TraversalDirection,
    where: GraphEdgeFilter | null,
  ): MaybePromise<number>
  neighborsOf(slug: string, query: NeighborsQuery): MaybePromise<Page<Positioned<NeighborRecord>>>
  countNeighborsOf(slug: string, adjacency: Adjacency, where: EntityFilter | null): MaybePromise<number>
  degreeOf(slug: string, adjacency: Adjacency): MaybePromise<number>
}
