import { builder } from '../base/builder.ts'
import { SourceRank } from '../graph/provenance.ts'

export const SourceInput = builder.inputType('SourceInput', {
  fields: (t) => ({
    run: t.id(),
    uri: t.field({ type: 'URL', required: true }),
    locator: t.string(),
    excerpt: t.string(),
    supports: t.stringList({ required: true, defaultValue: [] }),
    confidence: t.float(),
    rank: t.field({ type: SourceRank, required: true, defaultValue: 'NORMAL' }),
  }),
})
