import { parseJson } from '../../domain/json/parse.ts'
import type { OperationSummary } from '../run/summary.ts'
import type { OpsContext, OptionalDatabase } from '../run/context.ts'
import { changeContent, type ContentChangeOptions } from './change.ts'

export interface ImportContentOptions extends ContentChangeOptions {
  readonly text: string
  readonly source: string
}

/** Saves a content state given as JSON text. Rejects numbers and strings that JavaScript would alter. */
export function importContent(
  ctx: OptionalDatabase<OpsContext>,
  { text, source, ...options }: ImportContentOptions,
): Promise<OperationSummary> {
  const head = { kind: 'IMPORT', operation: 'content-import', subject: { source } } as const
  return changeContent(ctx, options, head, (store, author) =>
    store.save({ change: { state: parseJson(text) }, ...author }),
  )
}
