import DataLoader from 'dataloader'
import sql, { join, type Sql } from 'sql-template-tag'
import type { RunStatement } from './statement.ts'

/**
 * Gathers the reads of one shape that requests make in the same turn of the event loop, of one request or of several,
 * and answers them by one statement. `shape` names all that the answers depend on but the key.
 */
export type Batch = <Result>(
  shape: string,
  key: string,
  read: (keys: readonly string[]) => Promise<readonly Result[]>,
) => Promise<Result>

/** A loader lives for one batch, so its cache makes equal keys one and outlives nothing. */
export function createBatch(): Batch {
  const loaders = new Map<string, DataLoader<string, unknown>>()
  return <Result>(
    shape: string,
    key: string,
    read: (keys: readonly string[]) => Promise<readonly Result[]>,
  ) => {
    let loader = loaders.get(shape) as DataLoader<string, Result> | undefined
    if (!loader) {
      loader = new DataLoader<string, Result>(
        // async: what a read throws at once, such as a filter that is none, is the answer to its keys.
        async (keys) => {
          loaders.delete(shape)
          return read(keys)
        },
        { batchScheduleFn: (dispatch) => setImmediate(dispatch) },
      )
      loaders.set(shape, loader)
    }
    return loader.load(key)
  }
}

/**
 * A list as a parameter whose length the planner does not see: where it does, it takes a plan for just these values to be the
 * cheaper one each time, and plans a prepared statement anew whenever it is run, which may cost more than running it.
 */
export function unfolded(values: readonly string[], type = sql`text`): Sql {
  return sql`(SELECT ${[...values]}::${type}[])::${type}[]`
}

/** Stands for the key of the parent inside a statement that is run for many parents. */
export const parentKey = sql`p.parent`

/**
 * Run a statement once for each parent, in one go: LATERAL, so that LIMIT holds for each. The rows come back grouped
 * by parent in the parents' order. A subquery with LIMIT can only be joined by a nested loop, which keeps the inner
 * order, so no outer sort is needed.
 *
 * @param inner a SELECT that names its parent by `parentKey`
 */
export async function readPerParent<Row>(
  run: RunStatement,
  keyType: 'text' | 'uuid',
  keys: readonly string[],
  inner: Sql,
): Promise<Row[][]> {
  const groups: Row[][] = keys.map(() => [])
  const type = keyType === 'uuid' ? sql`uuid` : sql`text`
  const rows = await run<Row & { parent_index: number }>(
    sql`SELECT p.i::int AS parent_index, x.* FROM unnest(${unfolded(keys, type)}) WITH ORDINALITY AS p(parent, i) CROSS JOIN LATERAL (${inner}) AS x`,
  )
  for (const row of rows) groups[row.parent_index - 1]!.push(row)
  return groups
}

/** Read rows by a unique key for many keys in one statement; null where there is none. */
export async function readByKey<Row extends { batch_key: string }>(
  keys: readonly string[],
  read: (keys: string[]) => Promise<Row[]>,
): Promise<(Row | null)[]> {
  const found = new Map((await read([...keys])).map((row) => [row.batch_key, row]))
  return keys.map((key) => found.get(key) ?? null)
}

/** Conditions joined by AND; TRUE if there are none. */
export function allOf(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? sql`TRUE` : join(conditions, ' AND ')
}
