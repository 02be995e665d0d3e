import type { EntityFilter } from '../domain/graph/filter.ts'
import type { Page, PageRequest } from '../domain/paging/page.ts'
import type { PathCost } from '../graph/walks/step-cost.ts'
import type { Adjacency, EdgeFields, EdgeRecord, EntityFields, EntityRecord } from './graph-reader.ts'
import type { MaybePromise, Positioned } from './record.ts'

/** A way from entity to entity; one edge less than entities. */
export interface PathRecord {
  readonly entities: readonly EntityRecord[]
  readonly edges: readonly EdgeRecord[]
  readonly length: number
  /** Summed from the start; an edge without a weight counts as one of weight 1. */
  readonly cost: number
}
export interface PathFields {
  readonly key: string
  readonly entities: EntityFields
  readonly edges: EdgeFields
}

/** Which paths: at most `maxLength` edges, whose entities but for the ends are under `through`. */
export interface PathRequest extends Adjacency {
  readonly through: EntityFilter | null
  readonly maxLength: number
  readonly cost: PathCost
}
export interface PathsQuery {
  readonly paths: PathRequest
  readonly page: PageRequest
  readonly fields: PathFields
  /** Whether it was asked if there are more than are searched. */
  readonly withTruncated: boolean
}
export type PathPage = Page<Positioned<PathRecord>> & {
  /** True if more paths exist than were searched; false where it was not asked for. */
  readonly truncated: boolean
}

/** How far from a start, and what of it is listed: `where` says nothing about what is walked through. */
export interface ReachRequest extends Adjacency {
  readonly where: EntityFilter | null
  /** The start itself is listed if this is 0. */
  readonly minDepth: number
  readonly maxDepth: number
}
export interface ReachableFields {
  readonly key: string
  readonly node: EntityFields
  /** Null if no path was asked for. */
  readonly path: PathFields | null
}
export interface ReachableQuery {
  readonly reach: ReachRequest
  /** Its positions are depth, then slug. */
  readonly page: PageRequest
  readonly fields: ReachableFields
  /** Whether cursors were asked for. */
  readonly withPositions: boolean
}
export interface ReachableRecord {
  readonly node: EntityRecord
  readonly depth: number
  /** The shortest path whose sequence of slugs is the least. */
  readonly path: PathRecord | null
}
export interface ReachableSize {
  /** Entities that are listed. */
  readonly count: number
  /** Whether the walk stopped at its 10,000 entities. */
  readonly truncated: boolean
}

export interface SubgraphRequest extends Adjacency {
  /** Slugs of the start points; null for the whole graph under `where`. */
  readonly seeds: readonly string[] | null
  readonly depth: number
  /** Which entities are entered; start points are there all the same. */
  readonly where: EntityFilter | null
  readonly include: 'WALKED' | 'INDUCED'
  readonly maxEntities: number
  readonly maxEdges: number
}
export interface SubgraphFields {
  readonly entities: EntityFields
  readonly edges: EdgeFields
}
export interface SubgraphRecord {
  /** By slug. */
  readonly entities: readonly EntityRecord[]
  /** By relation, source, target. */
  readonly edges: readonly EdgeRecord[]
  readonly truncated: boolean
}

/** What entities may be compared by; the measures that need an index of texts or meanings are refused before this. */
export type SimilarityMeasure = 'SHARED_NEIGHBORS' | 'SHARED_TAGS'
export interface SimilarFields {
  readonly entity: EntityFields
  /** Null if it was not asked for. */
  readonly shared: EntityFields | null
}
export interface SimilarRecord {
  readonly entity: EntityRecord
  /** Jaccard index: what both have over what either has. */
  readonly score: number
  /** The neighbors that both have, by slug, a plain list; none where tags are compared. */
  readonly shared: readonly EntityRecord[]
}

export interface MetricsRecord {
  readonly degree: number
  readonly inDegree: number
  readonly outDegree: number
  readonly pageRank: number
  readonly betweenness: number
  readonly coreness: number
  readonly component: number
  readonly community: number
  /** Whether PageRank, betweenness and community are estimates. */
  readonly isApproximate: boolean
  /** Of the graph that was measured. */
  readonly graphVersion: number
  readonly computedAt: string
  readonly graphHash: string | Promise<string>
}

/**
 * Walks and what is computed over the whole graph. Only what the reader shows is walked through. Ties are broken by slug
 * everywhere. A start or an end that is not there has no paths, and nothing is reachable from it.
 */
export interface WalkReader {
  /** By depth, then slug. */
  reachableFrom(slug: string, query: ReachableQuery): MaybePromise<Page<Positioned<ReachableRecord>>>
  sizeOfReachable(slug: string, reach: ReachRequest): MaybePromise<ReachableSize>
  /** By cost, then length, then slugs; null if there is none. */
  shortestPath(
    from: string,
    to: string,
    paths: PathRequest,
    fields: PathFields,
  ): MaybePromise<PathRecord | null>
  /** Simple paths by cost, length, slugs, which are also their positions (the slugs joined by spaces). */
  pathsBetween(from: string, to: string, query: PathsQuery): MaybePromise<PathPage>
  subgraph(request: SubgraphRequest, fields: SubgraphFields): MaybePromise<SubgraphRecord>
  /** By falling score, then slug. */
  similarTo(
    slug: string,
    by: SimilarityMeasure,
    limit: number,
    fields: SimilarFields,
  ): MaybePromise<readonly SimilarRecord[]>
  metricsOf(slug: string): MaybePromise<MetricsRecord | null>
}
