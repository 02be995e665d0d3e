import type { ClientBase } from 'pg'
import { useCanonicalTextWithin } from './canonical-text-within.ts'
import { hashTableRows } from './table-hash.ts'
import { publicRelation, readTableShape } from './table-shape.ts'

/**
 * Table hashes for parity checks and backups, over all columns including ids and times.
 * @param client in a transaction, whose text settings become canonical
 * @throws AppError NOT_FOUND for a missing table
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
