import type { ClientBase } from 'pg'
import { readByCursor } from '../../../database/connection/read-by-cursor.ts'
import { readGraphRows } from '../../../database/graph/read-rows.ts'
import { withTransaction } from '../../../database/connection/transaction.ts'
import { hashJson } from '../../../domain/hash.ts'
import type { KeyedValue } from '../../../domain/diff-sorted.ts'
import type { Finding } from '../../run/summary.ts'
import { outcomeOf, type Check } from './check.ts'

const hashed = {
  kb_entities: 'SELECT slug AS key, content_hash AS hash FROM kb_entities ORDER BY slug COLLATE "C"',
  kb_edges: `SELECT (relation_key || '|' || source_slug || '|' || target_slug) AS key, content_hash AS hash
    FROM kb_edges ORDER BY (relation_key || '|' || source_slug || '|' || target_slug) COLLATE "C"`,
} as const
const listed = 100

/** Every graph row matches its stored hash; entity tags and parity depend on it. */
export const graphHashesCheck: Check = {
  name: 'graph-hashes',
  invariant: 'Every entity and edge matches its content hash.',
  prove: () => {
    const value = { title: 'as it was' }
    return Promise.resolve(!isHashOf({ key: 'planted', value: { title: 'as it is' } }, hashJson(value)))
  },
  run: ({ pool, signal }) =>
    withTransaction(pool, 'REPEATABLE READ READ ONLY', async (client) => {
      const findings: Finding[] = []
      let rows = 0
      for (const table of ['kb_entities', 'kb_edges'] as const)
        for await (const wrong of findWrongHashes(client, table)) {
          signal.throwIfAborted()
          rows++
          if (wrong !== null && findings.length < listed) findings.push(wrong)
        }
      return outcomeOf(findings, `${rows} rows`)
    }),
}

async function* findWrongHashes(
  client: ClientBase,
  table: 'kb_entities' | 'kb_edges',
): AsyncGenerator<Finding | null> {
  const stored = readByCursor<{ key: string; hash: string }>(client, hashed[table])
  for await (const row of readGraphRows(client, table)) {
    const { value: beside } = await stored.next()
    if (beside?.key !== row.key) throw new Error(`${table} is read in two orders at ${row.key}`)
    yield isHashOf(row, beside.hash)
      ? null
      : {
          code: 'gate.hash',
          severity: 'error',
          subject: row.key,
          message: `${row.key} in ${table} was edited directly: it does not match its content hash. Write it again, or run \`npx kb migrate kb-backfill --apply --force --reason "…"\`.`,
        }
  }
}

function isHashOf({ value }: KeyedValue, hash: string): boolean {
  return hashJson(value) === hash
}
