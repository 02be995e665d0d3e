import type { ClientBase } from 'pg'

const rowsAtOnce = 5000
let opened = 0

/**
 * The rows of a query, fetched in portions: the next ones are on their way while these are used.
 *
 * @param client inside a transaction, with which the cursor ends
 */
export async function* readByCursor<Row extends object>(
  client: ClientBase,
  sql: string,
): AsyncGenerator<Row, void, void> {
  const name = `kb_rows_${++opened}`
  // All rows are wanted, so plan for the last one, not for the first.
  await client.query('SET LOCAL cursor_tuple_fraction = 1')
  await client.query(`DECLARE ${name} NO SCROLL CURSOR FOR ${sql}`)
  const fetchRows = () => {
    const fetched = client.query<Row>(`FETCH ${rowsAtOnce} FROM ${name}`)
    // Where the reader leaves early nobody waits for the rows that were asked for ahead.
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
