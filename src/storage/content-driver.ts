import type { ClientBase } from 'pg'
import type { StorageBackend } from '../config.ts'
import type { JsonObject } from '../domain/json/value.ts'

/** One saved version of the editor's whole JSON. What a driver is given it gives back, to the last member. */
export interface ContentVersion {
  /** From 1, without gaps in the store that is written to. */
  readonly version: number
  readonly state: JsonObject
  /** SHA-256 over the canonical JSON of `state`. */
  readonly hash: string
  readonly note: string | null
  /** RFC 3339 in UTC with six digits. */
  readonly createdAt: string
  readonly createdBy: string
  /** The version whose state was taken up again; null for an ordinary save. */
  readonly restoredFrom: number | null
}

/** What a list of the history shows: a version without its state. */
export type ContentVersionHead = Omit<ContentVersion, 'state'>

export interface HistoryPage {
  /** Only versions below this one. */
  readonly before?: number | undefined
  /** Only versions above this one. */
  readonly after?: number | undefined
  readonly limit: number
  readonly order: 'newest-first' | 'oldest-first'
}

/** Work inside the transaction of a save. */
export type WithinTransaction = (client: ClientBase) => Promise<void>

/**
 * Where content states are kept. Three drivers hold this contract (neon, blob, file), and the fallback is a driver made
 * of two; `test/storage/driver-contract.ts` is run on each of them. All methods throw StorageUnavailableError where the
 * store cannot be reached or holds what cannot be read: only "not found" means absent.
 */
export interface ContentDriver {
  readonly kind: StorageBackend
  /** The current version; null if nothing was ever saved. */
  read(): Promise<ContentVersion | null>
  /** The current version without reading its state, where that is cheaper. */
  readHead(): Promise<ContentVersionHead | null>
  /**
   * Makes `next` the current version and keeps it in the history, all or nothing, durable when it returns.
   *
   * @param expectedVersion version that must be current now; 0 if there must be none. Of two savers with the same
   *   expectation one gets VersionConflictError.
   * @param also what else belongs to the same transaction; only Postgres has one, the other stores leave it out
   * @returns the backends written, in order
   */
  append(
    next: ContentVersion,
    expectedVersion: number,
    also?: WithinTransaction,
  ): Promise<readonly StorageBackend[]>
  readVersion(version: number): Promise<ContentVersion | null>
  listVersions(page: HistoryPage): Promise<readonly ContentVersionHead[]>
  countVersions(): Promise<number>
  /** Lets go of what the driver holds; not of what it was handed, such as a pool. */
  close?(): Promise<void>
}

/** The store cannot be reached, or holds what is not a content state. Never thrown for what is merely not there. */
export class StorageUnavailableError extends Error {
  override readonly name = 'StorageUnavailableError'
  readonly backend: StorageBackend

  constructor(backend: StorageBackend, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.backend = backend
  }
}

/** Someone else saved first; nothing was written. */
export class VersionConflictError extends Error {
  override readonly name = 'VersionConflictError'
  readonly expectedVersion: number
  /** 0 if there is no version. */
  readonly currentVersion: number

  constructor(expectedVersion: number, currentVersion: number) {
    super(
      `The content state is at version ${currentVersion}, not at the expected ${expectedVersion}; read it again. Nothing was changed.`,
    )
    this.expectedVersion = expectedVersion
    this.currentVersion = currentVersion
  }
}
