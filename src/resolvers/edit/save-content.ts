import type { Pool } from 'pg'
import { writeAudit, type AuditTarget } from '../../database/access/audit.ts'
import { isDatabaseUnavailable } from '../../database/connection/database-unavailable.ts'
import { withTransaction } from '../../database/connection/transaction.ts'
import { InvalidContentError, type ContentIssue } from '../../domain/constellation/content-issue.ts'
import type { JsonValue } from '../../domain/json/value.ts'
import { mergeThreeWay } from '../../domain/json/merge-three-way.ts'
import { actorName, type Actor } from '../../domain/access/role.ts'
import {
  StorageUnavailableError,
  VersionConflictError,
  type ContentDriver,
  type ContentVersion,
} from '../../storage/content-driver.ts'
import {
  applyChange,
  createContentStore,
  type AlsoWithSave,
  type ContentChange,
  type SaveOutcome,
} from '../../storage/content-store.ts'
import type { Storage } from '../../storage/open-storage.ts'
import { storageStatus, type StorageStatus } from '../../storage/storage-status.ts'

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

export interface SaveContext {
  readonly actor: Actor
  readonly requestId: string
  readonly admin: { readonly pool: Pool; readonly storage: Storage }
}

/** The result of a save; anything a client can act on is data. */
export type SaveResult =
  | { readonly kind: 'saved'; readonly saved: SaveOutcome }
  | { readonly kind: 'invalid'; readonly issues: readonly ContentIssue[] }
  | {
      readonly kind: 'conflict'
      readonly error: VersionConflictError
      readonly current: ContentVersion | null
      /** Undefined if both sides changed the same value. */
      readonly suggestedMerge: JsonValue | undefined
    }
  | { readonly kind: 'unavailable'; readonly message: string; readonly status: StorageStatus }

export function saveContent(context: SaveContext, input: SaveInput): Promise<SaveResult> {
  const { storage } = context.admin
  const { change, dryRun, ...rest } = input
  return toResult(storage, input, () =>
    audited(context, 'saveContentState', (also) =>
      createContentStore(storage.driver).save({
        ...rest,
        change,
        dryRun: dryRun ?? false,
        actor: actorName('graphql', context.actor),
        also,
      }),
    ),
  )
}

export function restoreContent(context: SaveContext, input: RestoreInput): Promise<SaveResult> {
  const { storage } = context.admin
  return toResult(storage, null, () =>
    audited(context, 'restoreContentState', (also) =>
      createContentStore(storage.driver).restore({
        ...input,
        actor: actorName('graphql', context.actor),
        also,
      }),
    ),
  )
}

/**
 * Saves and audits: in one transaction if the state is in Postgres, else one after the other. In the latter
 * case a database outage loses the audit row, not the save, whose author is in the history anyway.
 */
async function audited(
  { actor, requestId, admin }: SaveContext,
  operation: string,
  save: (also: AlsoWithSave) => Promise<SaveOutcome>,
): Promise<SaveOutcome> {
  const source = { door: 'graphql', actor, requestId }
  const targetOf = (beforeHash: string | null, { version, hash }: ContentVersion): AuditTarget => ({
    targetType: 'ContentState',
    targetKey: String(version),
    beforeHash,
    afterHash: hash,
  })
  let isWritten = false
  const outcome = await save(async (client, beforeHash, saved) => {
    await writeAudit(client, source, operation, [targetOf(beforeHash, saved)])
    isWritten = true
  })
  if (isWritten || outcome.writtenTo.length === 0) return outcome
  const target = targetOf(null, outcome.contentState)
  await withTransaction(admin.pool, 'READ COMMITTED', (client) =>
    writeAudit(client, source, operation, [target]),
  ).catch((error: unknown) => {
    if (!isDatabaseUnavailable(error)) throw error
  })
  return outcome
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

/** Merges the author's change, based on the version they read, into the current one. */
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
