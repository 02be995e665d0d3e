import type { EntityFilter } from '../domain/graph/filter.ts'
import type { Page, PageRequest } from '../domain/paging/page.ts'
import type { PathCost } from '../graph/walks/step-cost.ts'
import type { Adjacency, EdgeFields, EdgeRecord, EntityFields, EntityRecord } from './graph-reader.ts'
import type { MaybePromise, Positioned } from './record.ts'

export interface PathRecord {
  readonly entities: readonly EntityRecord[]
  readonly edges: readonly EdgeRecord[]
  readonly length: number
  /** An edge without a weight counts as 1. */
  readonly cost: number
}
export interface PathFields {
  readonly key: string
  readonly entities: EntityFields
  readonly edges: EdgeFields
}

/** Paths of at most `maxLength` edges whose inner entities match `through`. */
export interface PathRequest extends Adjacency {
  readonly through: EntityFilter | null
  readonly maxLength: number
  readonly cost: PathCost
}
export interface PathsQuery {
  readonly paths: PathRequest
  readonly page: PageRequest
  readonly fields: PathFields
  readonly withTruncated: boolean
}
export type PathPage = Page<Positioned<PathRecord>> & {
  /** Whether more paths exist; false if not requested. */
  readonly truncated: boolean
}

/** How far to walk from a start, and what to list: `where` does not limit the walk. */
export interface ReachRequest extends Adjacency {
  readonly where: EntityFilter | null
  /** 0 lists the start, too. */
  readonly minDepth: number
  readonly maxDepth: number
}
export interface ReachableFields {
  readonly key: string
  readonly node: EntityFields
  /** Null if no path is requested. */
  readonly path: PathFields | null
}
export interface ReachableQuery {
  readonly reach: ReachRequest
  /** Positions are depth, then slug. */
  readonly page: PageRequest
  readonly fields: ReachableFields
  readonly withPositions: boolean
}
export interface ReachableRecord {
  readonly node: EntityRecord
  readonly depth: number
  /** The shortest path; ties by its sequence of slugs. */
  readonly path: PathRecord | null
}
export interface ReachableSize {
  readonly count: number
  /** Whether the walk stopped at 10,000 entities. */
  readonly truncated: boolean
}

export interface SubgraphRequest extends Adjacency {
  /** Null for the whole graph under `where`. */
  readonly seeds: readonly string[] | null
  readonly depth: number
  /** Which entities are entered; start points are always included. */
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

/** Measures that need an index of texts or meanings are rejected earlier. */
export type SimilarityMeasure = 'SHARED_NEIGHBORS' | 'SHARED_TAGS'
export interface SimilarFields {
  readonly entity: EntityFields
  readonly shared: EntityFields | null
}
export interface SimilarRecord {
  readonly entity: EntityRecord
  /** Jaccard index. */
  readonly score: number
  /** Common neighbors by slug; empty when comparing tags. */
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
  readonly isApproximate: boolean
  readonly graphVersion: number
  readonly computedAt: string
  readonly graphHash: string | Promise<string>
}

/** Walks and graph metrics over visible entities only; ties by slug. A missing start or end has no paths. */
export interface WalkReader {
  /** By depth, then slug. */
  reachableFrom(slug: string, query: ReachableQuery): MaybePromise<Page<Positioned<ReachableRecord>>>
  sizeOfReachable(slug: string, reach: ReachRequest): MaybePromise<ReachableSize>
  /** By cost, then length, then slugs; null if none. */
  shortestPath(
    from: string,
    to: string,
    paths: PathRequest,
    fields: PathFields,
  ): MaybePromise<PathRecord | null>
  /** Simple paths by cost, length, slugs; positions are the slugs joined by spaces. */
  pathsBetween(from: string, to: string, query: PathsQuery): MaybePromise<PathPage>
  subgraph(request: SubgraphRequest, fields: SubgraphFields): MaybePromise<SubgraphRecord>
  /** By descending score, then slug. */
  similarTo(
    slug: string,
    by: SimilarityMeasure,
    limit: number,
    fields: SimilarFields,
  ): MaybePromise<readonly SimilarRecord[]>
  metricsOf(slug: string): MaybePromise<MetricsRecord | null>
}
