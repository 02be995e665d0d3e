import { parseJson } from '../../domain/json/parse.ts'
import type { OperationSummary } from '../run/summary.ts'
import type { OpsContext, OptionalDatabase } from '../run/context.ts'
import { changeContent, type ContentChangeOptions } from './change.ts'

export interface ImportContentOptions extends ContentChangeOptions {
  /** The whole state as JSON text. */
  readonly text: string
  /** Where it comes from, for the record. */
  readonly source: string
}

/**
 * Saves a content state that comes as text, by the rules of every save: all problems are listed with their places, among
 * them numbers and texts that JavaScript would change. A dry run unless told to apply.
 *
 * @example await importContent(ctx, { text, source: 'state.json', apply: true })
 */
export function importContent(
  ctx: OptionalDatabase<OpsContext>,
  { text, source, ...options }: ImportContentOptions,
): Promise<OperationSummary> {
  const head = { kind: 'IMPORT', operation: 'content-import', subject: { source } } as const
  return changeContent(ctx, options, head, (store, author) =>
    store.save({ change: { state: parseJson(text) }, ...author }),
  )
}
