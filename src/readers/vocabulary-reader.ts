import type { FacetBucket } from './graph-reader.ts'
import type { MaybePromise } from './record.ts'

export interface KindRecord {
  readonly key: string
  readonly label: string
  readonly description: string | null
  readonly iri: string | null
  readonly attributeSchema: unknown
}
export interface RelationRecord {
  readonly key: string
  readonly label: string
  readonly inverseLabel: string | null
  readonly description: string | null
  readonly isSymmetric: boolean
  readonly iri: string | null
  readonly sourceKinds: readonly string[]
  readonly targetKinds: readonly string[]
}
export interface DomainRecord {
  readonly key: string
  readonly label: string
  readonly color: string | null
}
export interface TagCount {
  readonly tag: string
  readonly count: number
}
export interface GraphStatistics {
  readonly entityCount: number
  readonly edgeCount: number
  /** Entities without edges. */
  readonly isolatedCount: number
  readonly byKind: readonly FacetBucket[]
  readonly byRelation: readonly FacetBucket[]
  readonly byDomain: readonly FacetBucket[]
  readonly computedAt: string
}

/** Kinds, relations, domains and tags, by key, with counts of published content. */
export interface VocabularyReader {
  kinds(): MaybePromise<readonly KindRecord[]>
  relations(): MaybePromise<readonly RelationRecord[]>
  domains(): MaybePromise<readonly DomainRecord[]>
  kind(key: string): MaybePromise<KindRecord>
  relation(key: string): MaybePromise<RelationRecord>
  domain(key: string): MaybePromise<DomainRecord>
  countOfKind(key: string): MaybePromise<number>
  countOfRelation(key: string): MaybePromise<number>
  countOfDomain(key: string): MaybePromise<number>
  /** By descending count, then tag. */
  tags(startsWith: string | null, limit: number): MaybePromise<readonly TagCount[]>
  statistics(): MaybePromise<GraphStatistics>
  /** Connected components, ignoring direction. */
  componentCount(): MaybePromise<number>
  /** SHA-256 of the published content, independent of where it is stored. */
  graphHash(): MaybePromise<string>
  /** Increases with every commit. */
  graphVersion(): MaybePromise<number>
}
