import type { ClientBase } from 'pg'
import type { StorageBackend } from '../config.ts'
import type { JsonObject } from '../domain/json/value.ts'

/** One saved version of the editor's JSON. Drivers return it unaltered. */
export interface ContentVersion {
  /** From 1, without gaps. */
  readonly version: number
  readonly state: JsonObject
  /** SHA-256 over the canonical JSON of `state`. */
  readonly hash: string
  readonly note: string | null
  /** RFC 3339 in UTC with six digits. */
  readonly createdAt: string
  readonly createdBy: string
  /** The restored version; null for an ordinary save. */
  readonly restoredFrom: number | null
}

export type ContentVersionHead = Omit<ContentVersion, 'state'>

export interface HistoryPage {
  /** Exclusive. */
  readonly before?: number | undefined
  /** Exclusive. */
  readonly after?: number | undefined
  readonly limit: number
  readonly order: 'newest-first' | 'oldest-first'
}

export type WithinTransaction = (client: ClientBase) => Promise<void>

/**
 * Storage of content states: neon, blob, file, and the fallback that combines two. All satisfy
 * `test/storage/driver-contract.ts`. Every method throws StorageUnavailableError if the store is unreachable
 * or unreadable: only "not found" means absent.
 */
export interface ContentDriver {
  readonly kind: StorageBackend
  read(): Promise<ContentVersion | null>
  /** The current version without its state, if that is cheaper. */
  readHead(): Promise<ContentVersionHead | null>
  /**
   * Appends `next` to the history and makes it current, atomically and durably. Of two savers with the same
   * `expectedVersion` (0: none) one gets VersionConflictError. Only Postgres runs `also`. Returns the
   * backends written, in order.
   */
  append(
    next: ContentVersion,
    expectedVersion: number,
    also?: WithinTransaction,
  ): Promise<readonly StorageBackend[]>
  readVersion(version: number): Promise<ContentVersion | null>
  listVersions(page: HistoryPage): Promise<readonly ContentVersionHead[]>
  countVersions(): Promise<number>
  /** Releases the driver's own resources, not what it was given, such as a pool. */
  close?(): Promise<void>
}

/** The store is unreachable or holds something else; never thrown for a missing version. */
export class StorageUnavailableError extends Error {
  override readonly name = 'StorageUnavailableError'
  readonly backend: StorageBackend

  constructor(backend: StorageBackend, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.backend = backend
  }
}

export class VersionConflictError extends Error {
  override readonly name = 'VersionConflictError'
  readonly expectedVersion: number
  /** 0 if there is no version. */
  readonly currentVersion: number

  constructor(expectedVersion: number, currentVersion: number) {
    super(
      `The content state is at version ${currentVersion}, not ${expectedVersion} as expected; read it again. Nothing was changed.`,
    )
    this.expectedVersion = expectedVersion
    this.currentVersion = currentVersion
  }
}
