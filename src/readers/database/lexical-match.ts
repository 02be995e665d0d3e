import sql, { raw } from 'sql-template-tag'
import { closing, opening } from './highlights.ts'
import { targetTables, type SearchMatch } from './search-match.ts'

const options = `StartSel=${opening}, StopSel=${closing}, HighlightAll=true`

/** Weighted words of a text as they are inflected, by the stored `search_vector`. */
export const lexicalMatch: SearchMatch = {
  // OFFSET 0 keeps the plan from hanging on the words, so that it can be kept.
  words: (text) => sql`(SELECT websearch_to_tsquery('public.kb_text', kb_fold(${text})) AS query OFFSET 0) q`,
  alternatives: (target) => [sql`${raw(targetTables[target].alias)}.search_vector @@ q.query`],
  score: (target) => sql`ts_rank_cd(${raw(targetTables[target].alias)}.search_vector, q.query, 1)`,
  shown: { ENTITY: ['title', 'summary'], MEDIA: ['alt', 'caption'], WORKFLOW: ['title', 'summary'] },
  marked: (column) => sql`ts_headline('public.kb_text', ${raw(column)}, q.query, ${options})`,
}
