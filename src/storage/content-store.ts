import type { ClientBase } from 'pg'
import { InvalidContentError, type ContentIssue } from '../domain/constellation/content-issue.ts'
import { countGraphChanges } from '../domain/constellation/content-changes.ts'
import { hashJson } from '../domain/hash.ts'
import { diffJson, type DiffCounts, type JsonDiff } from '../domain/json/diff.ts'
import { applyJsonPatch } from '../domain/json/patch.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../domain/json/value.ts'
import { mergePatch } from '../domain/json/merge-patch.ts'
import { instantOf } from '../domain/timestamp.ts'
import {
  adviseOnBackfill,
  findValueIssues,
  validateContent,
} from '../domain/constellation/validate-content.ts'
import type { StorageBackend } from '../config.ts'
import { VersionConflictError, type ContentDriver, type ContentVersion } from './content-driver.ts'

/** The whole state, an RFC 6902 patch or an RFC 7396 merge patch; exactly one of them. */
export type ContentChange =
  { readonly state: JsonValue } | { readonly patch: JsonValue } | { readonly mergePatch: JsonValue }

interface Authorship {
  /** Required current version; 0 before the first save. */
  readonly expectedVersion: number
  readonly actor: string
  readonly note?: string | null | undefined
  /** Further writes in the save's transaction, if the store has transactions. */
  readonly also?: AlsoWithSave | undefined
}

export type AlsoWithSave = (
  client: ClientBase,
  beforeHash: string | null,
  saved: ContentVersion,
) => Promise<void>
export interface SaveRequest extends Authorship {
  readonly change: ContentChange
  readonly dryRun?: boolean | undefined
}
export interface RestoreRequest extends Authorship {
  readonly version: number
  readonly dryRun?: boolean | undefined
}

export interface SaveOutcome {
  /** What is current now, or would be. */
  readonly contentState: ContentVersion
  /** False if the state was already current, so that nothing was written. */
  readonly isNew: boolean
  /** Backends written, in order. */
  readonly writtenTo: readonly StorageBackend[]
  /** Entities and edges that the backfill would change. */
  readonly graphChanges: DiffCounts
}

export interface ContentStore {
  /**
   * @throws InvalidContentError with every problem, as pointers into the request (`/change/state/…`,
   * `/note`); VersionConflictError; StorageUnavailableError
   */
  save(request: SaveRequest): Promise<SaveOutcome>
  restore(request: RestoreRequest): Promise<SaveOutcome>
  /** The diff of two versions; null if one is missing. */
  diff(from: number, to: number): Promise<JsonDiff | null>
}

export function createContentStore(driver: ContentDriver, now: () => Date = () => new Date()): ContentStore {
  async function write(
    request: Authorship & { readonly dryRun?: boolean | undefined },
    current: ContentVersion | null,
    state: JsonObject,
    restoredFrom: number | null,
  ): Promise<SaveOutcome> {
    const graphChanges = countGraphChanges(current?.state ?? null, state)
    const hash = hashJson(state)
    if (current?.hash === hash) return { contentState: current, isNew: false, writtenTo: [], graphChanges }
    const version: ContentVersion = {
      version: (current?.version ?? 0) + 1,
      state,
      hash,
      note: request.note ?? null,
      createdAt: instantOf(now()),
      createdBy: request.actor,
      restoredFrom,
    }
    const { also } = request
    const within = also && ((client: ClientBase) => also(client, current?.hash ?? null, version))
    const writtenTo =
      request.dryRun === true ? [] : await driver.append(version, request.expectedVersion, within)
    return { contentState: version, isNew: true, writtenTo, graphChanges }
  }

  async function readExpected(expectedVersion: number): Promise<ContentVersion | null> {
    const current = await driver.read()
    const currentVersion = current?.version ?? 0
    if (currentVersion !== expectedVersion) throw new VersionConflictError(expectedVersion, currentVersion)
    return current
  }

  return {
    async save(request) {
      refuse([...changeIssues(request.change), ...noteIssues(request.note)])
      const current = await readExpected(request.expectedVersion)
      return write(request, current, applyChange(current?.state ?? {}, request.change), null)
    },
    async restore(request) {
      refuse(noteIssues(request.note))
      const current = await readExpected(request.expectedVersion)
      const old = await driver.readVersion(request.version)
      if (old === null) {
        const message = `there is no version ${request.version}; the history goes from 1 to ${current?.version ?? 0}`
        throw new InvalidContentError([{ pointer: '/version', message, rule: 'version.known' }])
      }
      return write(request, current, old.state, old.version)
    },
    async diff(from, to) {
      const [left, right] = await Promise.all([driver.readVersion(from), driver.readVersion(to)])
      return left === null || right === null ? null : diffJson(left.state, right.state)
    },
  }
}

/** Errors that block a save, then warnings about what the backfill would skip. */
export function reviewContent(state: unknown): {
  readonly isValid: boolean
  readonly issues: ContentIssue[]
} {
  const issues = validateContent(state)
  const isValid = issues.length === 0
  return { isValid, issues: isValid && isJsonObject(state) ? adviseOnBackfill(state) : issues }
}

function changeIssues(change: ContentChange): ContentIssue[] {
  if ('state' in change) return within('/change/state', validateContent(change.state))
  if ('patch' in change) return within('/change/patch', findValueIssues(change.patch))
  return within('/change/mergePatch', findValueIssues(change.mergePatch))
}

function noteIssues(note: string | null | undefined): ContentIssue[] {
  return within('/note', findValueIssues(note ?? null))
}

/** Applies a change; problems become pointers into the request. */
export function applyChange(current: JsonObject, change: ContentChange): JsonObject {
  if ('state' in change) return change.state as JsonObject
  const place = 'patch' in change ? '/change/patch' : '/change/mergePatch'
  let state: JsonValue
  try {
    state = 'patch' in change ? applyJsonPatch(current, change.patch) : mergePatch(current, change.mergePatch)
  } catch (error) {
    if (!(error instanceof InvalidContentError)) throw error
    throw new InvalidContentError(within(place, error.issues))
  }
  refuse(
    validateContent(state).map(({ pointer, message, ...rest }) => ({
      ...rest,
      pointer: 'patch' in change ? place : place + pointer,
      message:
        'patch' in change
          ? `the patched state is not valid: ${message} (at ${pointer || 'its root'})`
          : message,
    })),
  )
  return state as JsonObject
}

function within(place: string, issues: readonly ContentIssue[]): ContentIssue[] {
  return issues.map((issue) => ({ ...issue, pointer: place + issue.pointer }))
}

function refuse(issues: readonly ContentIssue[]): void {
  if (issues.length > 0) throw new InvalidContentError(issues)
}
