import type { Positioned } from '../../src/readers/record.ts'
import type { Reader } from '../../src/readers/reader.ts'

/** A reader that reverses ties, as a wrong comparator would. */
export function withTiesReversed(reader: Reader): Reader {
  return {
    ...reader,
    async entities(query, scope) {
      const page = await reader.entities(query, scope)
      const first = query.orderBy[0]?.field
      if (first === undefined || first === 'SLUG') return page
      const keyOf = ({ position }: Positioned<unknown>) => JSON.stringify(position?.slice(0, -1) ?? null)
      const items: (typeof page.items)[number][] = []
      for (let start = 0; start < page.items.length; ) {
        let end = start + 1
        while (end < page.items.length && page.items[start]!.position !== null && keyOf(page.items[end]!) === keyOf(page.items[start]!)) end++
        items.push(...page.items.slice(start, end).reverse())
        start = end
      }
      return { ...page, items }
    },
  }
} // prettier-ignore
