import { InvalidContentError, type ContentIssue } from '../domain/content-issue.ts'
import type { JsonValue } from '../domain/json-value.ts'
import { mergeThreeWay } from '../domain/merge-three-way.ts'
import { actorName, type Actor } from '../domain/role.ts'
import {
  StorageUnavailableError,
  VersionConflictError,
  type ContentDriver,
  type ContentVersion,
} from '../storage/content-driver.ts'
import {
  applyChange,
  createContentStore,
  type ContentChange,
  type SaveOutcome,
} from '../storage/content-store.ts'
import type { Storage } from '../storage/open-storage.ts'
import { storageStatus, type StorageStatus } from '../storage/storage-status.ts'

export interface SaveInput {
  readonly expectedVersion: number
  readonly change: ContentChange
  readonly note?: string | null | undefined
  readonly dryRun?: boolean | null | undefined
}
export interface RestoreInput {
  readonly version: number
  readonly expectedVersion: number
  readonly note?: string | null | undefined
}

/** How a save went. Everything that a careful client can act on is data. */
export type SaveResult =
  | { readonly kind: 'saved'; readonly saved: SaveOutcome }
  | { readonly kind: 'invalid'; readonly issues: readonly ContentIssue[] }
  | {
      readonly kind: 'conflict'
      readonly error: VersionConflictError
      readonly current: ContentVersion | null
      /** Undefined if both changed the same thing. */
      readonly suggestedMerge: JsonValue | undefined
    }
  | { readonly kind: 'unavailable'; readonly message: string; readonly status: StorageStatus }

/** Saves a change of the content state, as the actor. */
export function saveContent(storage: Storage, actor: Actor, input: SaveInput): Promise<SaveResult> {
  const { change, dryRun, ...rest } = input
  return toResult(storage, input, () =>
    createContentStore(storage.driver).save({
      ...rest,
      change,
      dryRun: dryRun ?? false,
      actor: actorName('graphql', actor),
    }),
  )
}

/** Takes an old version up again as a new one, as the actor. */
export function restoreContent(storage: Storage, actor: Actor, input: RestoreInput): Promise<SaveResult> {
  return toResult(storage, null, () =>
    createContentStore(storage.driver).restore({ ...input, actor: actorName('graphql', actor) }),
  )
}

async function toResult(
  storage: Storage,
  input: SaveInput | null,
  save: () => Promise<SaveOutcome>,
): Promise<SaveResult> {
  try {
    return { kind: 'saved', saved: await save() }
  } catch (error) {
    if (error instanceof InvalidContentError) return { kind: 'invalid', issues: error.issues }
    if (error instanceof VersionConflictError) return describeConflict(storage.driver, error, input)
    if (!(error instanceof StorageUnavailableError)) throw error
    const status = await storageStatus(storage, () => new Date())
    return { kind: 'unavailable', message: error.message, status }
  }
}

async function describeConflict(
  driver: ContentDriver,
  error: VersionConflictError,
  input: SaveInput | null,
): Promise<SaveResult> {
  const current = await driver.read()
  const suggestedMerge =
    input === null || current === null ? undefined : await suggestMerge(driver, input, current)
  return { kind: 'conflict', error, current, suggestedMerge }
}

/** The change on the version that its author had seen, merged with what is current. */
async function suggestMerge(
  driver: ContentDriver,
  { expectedVersion, change }: SaveInput,
  current: ContentVersion,
): Promise<JsonValue | undefined> {
  const base = expectedVersion < 1 ? {} : (await driver.readVersion(expectedVersion))?.state
  if (base === undefined) return undefined
  try {
    return mergeThreeWay(base, applyChange(base, change), current.state)
  } catch (error) {
    if (error instanceof InvalidContentError) return undefined
    throw error
  }
}
