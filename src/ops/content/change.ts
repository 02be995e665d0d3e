import type { StorageBackend } from '../../config.ts'
import type { OperationKind } from '../../database/operations/runs.ts'
import { InvalidContentError } from '../../domain/constellation/content-issue.ts'
import {
  StorageUnavailableError,
  VersionConflictError,
  type ContentDriver,
} from '../../storage/content-driver.ts'
import { createContentStore, type ContentStore, type SaveOutcome } from '../../storage/content-store.ts'
import { OperationError } from '../run/error.ts'
import type { Finding, OperationResult, OperationSummary } from '../run/summary.ts'
import type { OpsContext, OptionalDatabase } from '../run/context.ts'
import { recordRun } from '../run/record.ts'

export interface ContentChangeOptions {
  /** One backend only; default: the active one with its fallback. */
  readonly backend?: StorageBackend | undefined
  /** Expected current version; default: the version at the start of the operation. */
  readonly expectedVersion?: number | undefined
  readonly note?: string | null | undefined
  readonly apply?: boolean | undefined
}

interface ContentChangeHead {
  readonly kind: OperationKind
  readonly operation: string
  readonly subject: Readonly<Record<string, string | number>>
}

/** Changes the content state from outside the API, as a recorded run. */
export async function changeContent(
  ctx: OptionalDatabase<OpsContext>,
  { backend, expectedVersion, note, apply = false }: ContentChangeOptions,
  { kind, operation, subject }: ContentChangeHead,
  change: (store: ContentStore, author: Author) => Promise<SaveOutcome>,
): Promise<OperationSummary> {
  const name = backend ?? ctx.storage.active
  const driver = backend === undefined ? ctx.storage.driver : ctx.storage.driverOf(backend)
  const parameters = {
    ...subject,
    backend: name,
    expectedVersion: expectedVersion ?? null,
    note: note ?? null,
  }
  const head = { kind, operation, name, mode: apply ? 'apply' : 'dry-run', parameters } as const
  return recordRun(ctx, head, async () => {
    try {
      const current = expectedVersion ?? (await driver.readHead())?.version ?? 0
      const author = { expectedVersion: current, actor: ctx.actor, note, dryRun: !apply }
      const before = await driver.countVersions()
      return toResult(await change(createContentStore(driver, ctx.now), author), driver, before)
    } catch (error) {
      throw asOperationError(error)
    }
  })
}

export interface Author {
  readonly expectedVersion: number
  readonly actor: string
  readonly note: string | null | undefined
  readonly dryRun: boolean
}

function toResult(saved: SaveOutcome, driver: ContentDriver, before: number): OperationResult {
  const { contentState, isNew, writtenTo, graphChanges } = saved
  const { state: _state, ...version } = contentState
  const inserted = isNew ? 1 : 0
  return {
    counts: {
      before: { admin_history: before },
      after: { admin_history: before + inserted },
      inserted: { admin_history: inserted },
      unchanged: { admin_history: before },
    },
    payloadHash: contentState.hash,
    resultHash: contentState.hash,
    report: { contentState: version, isNew, backend: driver.kind, writtenTo, graphChanges },
  }
}

function asOperationError(error: unknown): unknown {
  if (error instanceof InvalidContentError) {
    const findings = error.issues.map(({ pointer, message, rule }): Finding => ({
      code: `content.${rule}`,
      severity: 'error',
      subject: pointer.replace(/^\/change\/state/, '') || '/',
      message,
    }))
    return new OperationError('failed', 'invalid', error.message, { result: { findings }, cause: error })
  }
  if (error instanceof VersionConflictError)
    return new OperationError('refused', 'precondition-failed', error.message, { cause: error })
  if (error instanceof StorageUnavailableError)
    return new OperationError('failed', 'backend-unavailable', error.message, { cause: error })
  return error
}
