import sql, { join, type Sql } from 'sql-template-tag'
import { toPage, type Page, type PageRequest } from '../../../domain/paging/page.ts'
import type { Positioned } from '../../record.ts'
import { allOf, readPerParent, type Batch } from './batch.ts'
import { between, limitOf, orderBy, positionColumns, positionOf, type OrderTerm } from './keyset.ts'
import type { RunStatement } from './statement.ts'

/** A list with one fixed order. */
export interface SimpleList {
  readonly columns: Sql
  readonly from: Sql
  readonly terms: readonly OrderTerm[]
  readonly conditions: readonly Sql[]
}

function select({ columns, from, terms, conditions }: SimpleList, page: PageRequest): Sql {
  return sql`SELECT ${join([columns, ...positionColumns(terms)])} FROM ${from} WHERE ${allOf([...conditions, ...between(terms, page)])} ${orderBy(terms, page)} ${limitOf(page)}`
}

function pageOf<Row extends object>(rows: Row[], list: SimpleList, page: PageRequest): Page<Positioned<Row>> {
  return toPage(
    rows.map((item) => ({ item, position: positionOf(item, list.terms) })),
    page,
  )
}

export async function readList<Row extends object>(run: RunStatement, list: SimpleList, page: PageRequest) {
  return pageOf(await run<Row>(select(list, page)), list, page)
}

export function readListOf<Row extends object>(
  run: RunStatement,
  batch: Batch,
  shape: string,
  parent: string,
  list: SimpleList,
  page: PageRequest,
): Promise<Page<Positioned<Row>>> {
  return batch(`${shape} ${JSON.stringify(page)}`, parent, async (parents) => {
    const groups = await readPerParent<Row>(run, 'uuid', parents, select(list, page))
    return groups.map((rows) => pageOf(rows, list, page))
  })
}

function count({ from, conditions }: SimpleList): Sql {
  return sql`SELECT count(*) FROM ${from} WHERE ${allOf(conditions)}`
}

export async function countList(run: RunStatement, list: SimpleList): Promise<number> {
  const [row] = await run<{ count: number }>(count(list))
  return row!.count
}

export function countListOf(
  run: RunStatement,
  batch: Batch,
  shape: string,
  parent: string,
  list: SimpleList,
) {
  return batch(`count ${shape}`, parent, async (parents) => {
    const groups = await readPerParent<{ count: number }>(run, 'uuid', parents, count(list))
    return groups.map(([row]) => row!.count)
  })
}
