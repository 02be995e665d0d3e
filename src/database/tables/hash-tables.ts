import type { ClientBase } from 'pg'
import { useCanonicalTextWithin } from './canonical-text-within.ts'
import { hashTableRows } from './table-hash.ts'
import { publicRelation, readTableShape } from './table-shape.ts'

/**
 * The hash of each table as parity and backups have it: over all columns of all rows, ids and times included.
 *
 * @param client a client inside a transaction, whose text settings become canonical
 * @throws AppError NOT_FOUND for a table that is not there
 */
export async function hashTables(
  client: ClientBase,
  names: readonly string[],
): Promise<Record<string, string>> {
  await useCanonicalTextWithin(client)
  const hashes: Record<string, string> = {}
  for (const name of names) {
    const { columns } = await readTableShape(client, name)
    hashes[name] = (await hashTableRows({ client, relation: publicRelation(name) }, columns)).hash
  }
  return hashes
}
