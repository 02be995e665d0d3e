import type { OperationSummary } from '../run/summary.ts'
import type { OpsContext, OptionalDatabase } from '../run/context.ts'
import { changeContent, type ContentChangeOptions } from './change.ts'

export interface RestoreContentOptions extends ContentChangeOptions {
  readonly version: number
}

/** Saves an old version as a new one; the history only grows. Dry run by default. */
export function restoreContent(
  ctx: OptionalDatabase<OpsContext>,
  { version, ...options }: RestoreContentOptions,
): Promise<OperationSummary> {
  const head = { kind: 'ROLLBACK', operation: 'content-restore', subject: { version } } as const
  return changeContent(ctx, options, head, (store, author) => store.restore({ version, ...author }))
}
