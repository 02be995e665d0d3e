import { pastReaderOf } from '../../readers/as-of-reader.ts'
import type { EdgeRecord, EntityRecord } from '../../readers/graph-reader.ts'
import { builder } from '../base/builder.ts'
import type { Context } from '../base/context.ts'

export const GraphRef = builder.inputType('GraphRef', {
  description:
    "A point in the graph's life. Omitted means now. Entities, tags and edges are shown as they were; labels of the vocabulary, media, workflows and sources as they are.",
  isOneOf: true,
  fields: (t) => ({
    at: t.field({ type: 'DateTime' }),
    migration: t.field({ type: 'Key' }),
    snapshot: t.id(),
    contentVersion: t.int(),
  }),
})

/** A record from the past answers its own fields from the same past. */
export function within(record: EntityRecord | EdgeRecord, context: Context): Context {
  const reader = pastReaderOf(record)
  return reader === undefined ? context : { ...context, reader }
}
