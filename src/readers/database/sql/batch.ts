import DataLoader from 'dataloader'
import sql, { join, type Sql } from 'sql-template-tag'
import type { RunStatement } from './statement.ts'

/**
 * Batches reads of one shape from the same turn of the event loop into one statement. `shape` names everything the result depends
 * on but the key.
 */
export type Batch = <Result>(
  shape: string,
  key: string,
  read: (keys: readonly string[]) => Promise<readonly Result[]>,
) => Promise<Result>

/** A loader lives for one batch, so its cache only deduplicates keys. */
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
        // async: a synchronous throw, such as for an invalid filter, must reject the batch.
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

/** A list whose length the planner cannot see; otherwise it prefers custom plans and replans the prepared statement each time. */
export function unfolded(values: readonly string[], type = sql`text`): Sql {
  return sql`(SELECT ${[...values]}::${type}[])::${type}[]`
}

/** The parent's key in a statement that runs for many parents. */
export const parentKey = sql`p.parent`

/** Runs a statement per parent by LATERAL. Rows keep the parents' order: LIMIT forces a nested loop, so no sort is needed. */
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

/** Reads rows by unique keys in one statement; null for missing ones. */
export async function readByKey<Row extends { batch_key: string }>(
  keys: readonly string[],
  read: (keys: string[]) => Promise<Row[]>,
): Promise<(Row | null)[]> {
  const found = new Map((await read([...keys])).map((row) => [row.batch_key, row]))
  return keys.map((key) => found.get(key) ?? null)
}

export function allOf(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? sql`TRUE` : join(conditions, ' AND ')
}
