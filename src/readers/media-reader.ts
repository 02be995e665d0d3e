import type { DerivativeFilter, MediaFilter } from '../domain/graph/filter.ts'
import type { Page, PageRequest } from '../domain/paging/page.ts'
import type { MaybePromise, Positioned } from './record.ts'

export interface MediaRecord {
  readonly id: string
  readonly key: string
  readonly kind: 'IMAGE' | 'VIDEO' | 'AUDIO' | 'DOCUMENT' | 'MODEL' | 'OTHER'
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
  readonly focalX: number | null
  readonly focalY: number | null
  readonly thumbHash: string | null
  readonly availability: 'VERIFIED' | 'UNVERIFIED' | 'MISSING' | 'MISMATCH'
  readonly availabilityBackends: readonly {
    readonly backend: 'NEON' | 'BLOB' | 'FILE'
    readonly present: boolean
    readonly hashMatches: boolean | null
  }[]
  readonly availabilityCheckedAt: string | null
  readonly revision: number
}
export interface DerivativeRecord {
  readonly id: string
  readonly mediaId: string
  readonly preset: string
  readonly url: string
  readonly mimeType: string
  readonly width: number | null
  readonly height: number | null
  readonly byteSize: number | null
  readonly contentHash: string | null
  readonly recipeHash: string
  readonly isStale: boolean
}
export type MediaLookup =
  | { readonly by: 'id'; readonly id: string }
  | { readonly by: 'key'; readonly key: string }
  | { readonly by: 'contentHash'; readonly contentHash: string }

export interface MediaQuery {
  readonly where: MediaFilter | null
  readonly page: PageRequest
}

/** Media by key, those of an entity by position, then key. The public sees what published entities and workflows show. */
export interface MediaReader {
  media(lookup: MediaLookup): MaybePromise<MediaRecord | null>
  mediaObjects(query: MediaQuery): MaybePromise<Page<Positioned<MediaRecord>>>
  countMediaObjects(where: MediaFilter | null): MaybePromise<number>
  mediaOf(entityId: string, query: MediaQuery): MaybePromise<Page<Positioned<MediaRecord>>>
  countMediaOf(entityId: string, where: MediaFilter | null): MaybePromise<number>
  derivative(id: string): MaybePromise<DerivativeRecord | null>
  /** Whether a file (`/media/…`) is a public original or rendition. */
  isPublicFile(url: string): MaybePromise<boolean>
  /** By width, then preset. */
  derivativesOf(mediaId: string, where: DerivativeFilter | null): MaybePromise<readonly DerivativeRecord[]>
}
