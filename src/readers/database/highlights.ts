import sql, { raw, type Sql } from 'sql-template-tag'
import type { Highlight } from '../search-reader.ts'

/** Marks around a match: private-use characters, which are taken out again here. */
const opening = '\uE000'
const closing = '\uE001'
const options = `StartSel=${opening}, StopSel=${closing}, HighlightAll=true`

/** A column with its matches marked, as `mark.column`; wants the words of the search as `q.query`. */
export function headline(alias: string, column: string): Sql {
  return sql`ts_headline('public.kb_text', ${raw(`${alias}.${column}`)}, q.query, ${options}) AS ${raw(`"mark.${column}"`)}`
}

/** The marked columns of a row as plain text with ranges; a field without a match is left out. */
export function highlightsOf(
  row: Readonly<Record<string, unknown>>,
  columns: readonly string[],
): Highlight[] {
  return columns.flatMap((field) => {
    const marked = row[`mark.${field}`]
    return typeof marked === 'string' && marked.includes(opening) ? [unmark(field, marked)] : []
  })
}

function unmark(field: string, marked: string): Highlight {
  const ranges: { start: number; end: number }[] = []
  let snippet = ''
  let start = 0
  for (const character of marked) {
    if (character === opening) start = snippet.length
    else if (character === closing) ranges.push({ start, end: snippet.length })
    else snippet += character
  }
  return { field, snippet, ranges }
}
