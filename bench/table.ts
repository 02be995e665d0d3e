/** A table in Markdown, its columns aligned and numbers to the right. */
export function markdownTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, index) =>
    Math.max(heading.length, ...rows.map((row) => row[index]!.length)),
  )
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, index) => (isNumber(cell) ? cell.padStart(widths[index]!) : cell.padEnd(widths[index]!))).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [line(headings), rule, ...rows.map(line)].join('\n')
}

const isNumber = (cell: string) => /^[\d.]+$/.test(cell)
