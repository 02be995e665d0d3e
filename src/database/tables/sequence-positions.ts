import pg, { type ClientBase } from 'pg'

export interface SequencePosition {
  readonly sequence: string
  readonly lastValue: string
  readonly isCalled: boolean
  readonly column: { readonly table: string; readonly name: string } | null
}

export async function readSequences(client: ClientBase): Promise<SequencePosition[]> {
  const { rows } = await client.query<{ sequence: string; table: string | null; name: string | null }>(
    `SELECT c.relname AS sequence, t.relname AS table, a.attname AS name
     FROM pg_class c
       LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
       LEFT JOIN pg_class t ON t.oid = d.refobjid
       LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
     WHERE c.relkind = 'S' AND c.relnamespace = 'public'::regnamespace AND c.relname ~ '^(kb|admin)_'
     ORDER BY c.relname COLLATE "C"`,
  )
  const positions: SequencePosition[] = []
  for (const { sequence, table, name } of rows) {
    const found = await client.query<{ lastValue: string; isCalled: boolean }>(
      `SELECT last_value::text AS "lastValue", is_called AS "isCalled" FROM public.${pg.escapeIdentifier(sequence)}`,
    )
    positions.push({
      sequence,
      ...found.rows[0]!,
      column: table === null || name === null ? null : { table, name },
    })
  }
  return positions
}

export async function setSequence(client: ClientBase, position: SequencePosition): Promise<void> {
  await client.query('SELECT setval($1::regclass, $2::bigint, $3)', [
    `public.${pg.escapeIdentifier(position.sequence)}`,
    position.lastValue,
    position.isCalled,
  ])
}

/** Sequences whose next value is already taken, with that value: the next insert would fail. */
export async function findLateSequences(
  client: ClientBase,
  positions: readonly SequencePosition[],
): Promise<{ readonly sequence: string; readonly next: bigint; readonly highest: bigint }[]> {
  const late = []
  for (const { sequence, lastValue, isCalled, column } of positions) {
    if (column === null) continue
    const { rows } = await client.query<{ highest: string | null }>(
      `SELECT max(${pg.escapeIdentifier(column.name)})::text AS highest FROM public.${pg.escapeIdentifier(column.table)}`,
    )
    const highest = rows[0]?.highest ?? null
    const next = BigInt(lastValue) + (isCalled ? 1n : 0n)
    if (highest !== null && BigInt(highest) >= next) late.push({ sequence, next, highest: BigInt(highest) })
  }
  return late
}
