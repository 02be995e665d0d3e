import { StorageUnavailableError } from '../../storage/content-driver.ts'
import { OperationError } from '../run/error.ts'
import type { OperationSummary } from '../run/summary.ts'
import type { OpsContext, OptionalDatabase } from '../run/context.ts'
import { recordRun } from '../run/record.ts'

export interface MirrorContentOptions {
  readonly apply?: boolean | undefined
}

/**
 * `kb content mirror`: copies versions missing in the fallback from the active backend, in order. Saves do
 * this already; this is for a fallback that is new or was down for long.
 */
export function mirrorContent(
  ctx: OptionalDatabase<OpsContext>,
  { apply = false }: MirrorContentOptions,
): Promise<OperationSummary> {
  const { storage } = ctx
  const name = storage.order.join('-')
  const head = {
    kind: 'EXPORT',
    operation: 'content-mirror',
    name,
    mode: apply ? 'apply' : 'dry-run',
  } as const
  return recordRun(ctx, head, async () => {
    const { pair } = storage
    const [primary, fallback] = storage.order
    if (pair === null || primary === undefined || fallback === undefined)
      throw new OperationError(
        'refused',
        'precondition-failed',
        `The backend ${storage.active} has no fallback here; docs/decisions/0007-content-state-storage.md lists the settings that add one.`,
      )
    try {
      const before = await storage.driverOf(fallback).countVersions()
      const missing = Math.max(0, (await storage.driverOf(primary).countVersions()) - before)
      const copied = apply ? await pair.catchUp() : missing
      return {
        counts: {
          before: { admin_history: before },
          after: { admin_history: before + copied },
          inserted: { admin_history: copied },
          unchanged: { admin_history: before },
        },
        report: { from: primary, to: fallback, copied },
      }
    } catch (error) {
      if (!(error instanceof StorageUnavailableError)) throw error
      throw new OperationError('failed', 'backend-unavailable', error.message, { cause: error })
    }
  })
}
