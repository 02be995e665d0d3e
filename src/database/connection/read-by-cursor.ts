import type { ClientBase } from 'pg'

const rowsAtOnce = 5000
let opened = 0

/** Streams a query's rows in batches, fetching the next one ahead. Needs a transaction. */
export async function* readByCursor<Row extends object>(
  client: ClientBase,
  sql: string,
): AsyncGenerator<Row, void, void> {
  const name = `kb_rows_${++opened}`
  // All rows are needed, so optimize for the last one, not the first.
  await client.query('SET LOCAL cursor_tuple_fraction = 1')
  await client.query(`DECLARE ${name} NO SCROLL CURSOR FOR ${sql}`)
  const fetchRows = () => {
    const fetched = client.query<Row>(`FETCH ${rowsAtOnce} FROM ${name}`)
    // After an early exit nobody awaits the prefetched rows.
    fetched.catch(() => undefined)
    return fetched
  }
  for (let next = fetchRows(); ;) {
    const { rows } = await next
    if (rows.length === 0) break
    next = fetchRows()
    yield* rows
  }
  await client.query(`CLOSE ${name}`)
}
