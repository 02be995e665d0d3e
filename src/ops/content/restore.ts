import type { OperationSummary } from '../run/summary.ts'
import type { OpsContext, OptionalDatabase } from '../run/context.ts'
import { changeContent, type ContentChangeOptions } from './change.ts'

export interface RestoreContentOptions extends ContentChangeOptions {
  /** The version whose state is taken up again. */
  readonly version: number
}

/** Takes an old version up again as a new one; the history only grows. A dry run unless told to apply. */
export function restoreContent(
  ctx: OptionalDatabase<OpsContext>,
  { version, ...options }: RestoreContentOptions,
): Promise<OperationSummary> {
  const head = { kind: 'ROLLBACK', operation: 'content-restore', subject: { version } } as const
  return changeContent(ctx, options, head, (store, author) => store.restore({ version, ...author }))
}
