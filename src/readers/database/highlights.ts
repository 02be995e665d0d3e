import type { Highlight } from '../search-reader.ts'

/** Marks around a match: private-use characters, which are taken out again here. */
export const opening = '\uE000'
export const closing = '\uE001'

/** Columns `mark.column` of a row as plain text with ranges; a field without a match is left out. */
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
