import type { PublicationStatus } from './filter.ts'
import type { JsonObject } from '../json/value.ts'

export interface EntityContent {
  readonly slug: string
  readonly kind: string
  readonly domain: string | null
  readonly title: string
  readonly summary: string | null
  readonly url: string | null
  readonly status: PublicationStatus
  readonly tags: readonly string[]
  readonly attributes: JsonObject
  readonly position: { readonly x: number; readonly y: number } | null
  readonly weight: number | null
}

/** `source` and `target` are slugs. */
export interface EdgeContent extends EdgeKey {
  readonly label: string | null
  readonly weight: number | null
  readonly attributes: JsonObject
}

/** A relation holds at most once from a source to a target. */
export interface EdgeKey {
  readonly relation: string
  readonly source: string
  readonly target: string
}

export interface KindContent {
  readonly key: string
  readonly label: string
  readonly description: string | null
  readonly iri: string | null
  readonly attributeSchema: JsonObject | null
}

export interface RelationContent {
  readonly key: string
  readonly label: string
  readonly inverseLabel: string | null
  readonly description: string | null
  readonly isSymmetric: boolean
  readonly iri: string | null
  readonly sourceKinds: readonly string[]
  readonly targetKinds: readonly string[]
}

export interface DomainContent {
  readonly key: string
  readonly label: string
  readonly color: string | null
  readonly position: number
}

/** The graph proper: what every store of it can hold. */
export interface GraphContent {
  readonly kinds: readonly KindContent[]
  readonly relations: readonly RelationContent[]
  readonly domains: readonly DomainContent[]
  readonly entities: readonly EntityContent[]
  readonly edges: readonly EdgeContent[]
}

export const mediaKinds = ['IMAGE', 'VIDEO', 'AUDIO', 'DOCUMENT', 'MODEL', 'OTHER'] as const

export interface MediaContent {
  readonly key: string
  readonly kind: (typeof mediaKinds)[number]
  /** http(s), or an absolute path that this server answers. */
  readonly url: string
  readonly mimeType: string
  readonly byteSize: number | null
  readonly contentHash: string | null
  readonly width: number | null
  readonly height: number | null
  readonly durationSeconds: number | null
  readonly alt: string | null
  readonly caption: string | null
  readonly credit: string | null
  readonly license: string | null
  readonly focalPoint: { readonly x: number; readonly y: number } | null
  readonly thumbHash: string | null
  readonly derivatives: readonly DerivativeContent[]
  /** Slugs of the entities that show it, each with its position among that entity's media. */
  readonly shownBy: readonly { readonly entity: string; readonly position: number }[]
}

export interface DerivativeContent {
  readonly preset: string
  readonly url: string
  readonly mimeType: string
  readonly width: number | null
  readonly height: number | null
  readonly byteSize: number | null
  readonly contentHash: string | null
  readonly recipeHash: string
}

export interface WorkflowContent {
  readonly slug: string
  readonly title: string
  readonly summary: string | null
  readonly status: PublicationStatus
  readonly steps: readonly StepContent[]
}

export interface StepContent {
  /** Unique within the workflow. */
  readonly position: number
  readonly title: string
  readonly body: string | null
  readonly entity: string | null
  readonly media: string | null
  /** Positions of steps of the same workflow. */
  readonly dependsOn: readonly number[]
  readonly attributes: JsonObject
}

export interface RunContent {
  readonly key: string
  readonly tool: string
  readonly toolVersion: string | null
  readonly agent: string | null
  readonly gitCommit: string | null
  readonly inputHash: string | null
  readonly outputHash: string | null
  readonly parameters: JsonObject | null
}

export const sourceRanks = ['PREFERRED', 'NORMAL', 'DEPRECATED'] as const

/** Where a statement comes from; its subject is one entity or one edge. */
export interface SourceContent {
  readonly subject: { readonly entity: string } | { readonly edge: EdgeKey }
  readonly run: string
  readonly uri: string
  readonly title: string | null
  readonly retrievedAt: string | null
  readonly documentHash: string | null
  readonly license: string | null
  readonly locator: string | null
  readonly excerpt: string | null
  readonly supports: readonly string[]
  readonly confidence: number | null
  readonly rank: (typeof sourceRanks)[number]
}
