import type { ClientBase } from 'pg'
import type { IdempotencyKey } from '../../generated/prisma/client.ts'
import type { JsonObject } from '../../domain/json/value.ts'
import { databaseTime, rows, type Rows } from './rows.ts'

/** One use of a key: by whom, for which mutation, with which input. */
export type KeyUse = Pick<IdempotencyKey, 'actor' | 'operation' | 'key' | 'inputHash'>

const keptMs = 24 * 60 * 60 * 1000

/** The earlier use of a key; null if it is new. Call it in a transaction that serializes writers. */
export function findKeyUse<Result>(
  client: ClientBase,
  { actor, operation, key }: Omit<KeyUse, 'inputHash'>,
): Promise<{ readonly inputHash: string; readonly result: Result } | null> {
  return rows(client, async (prisma) => {
    const found = await prisma.idempotencyKey.findFirst({
      where: { actor, operation, key, createdAt: { gt: await oldest(prisma) } },
      select: { inputHash: true, result: true },
    })
    return found && { inputHash: found.inputHash, result: found.result as Result }
  })
}

/** Stores a mutation's response and deletes expired keys. */
export async function keepKeyUse(client: ClientBase, use: KeyUse, result: object): Promise<void> {
  await rows(client, async (prisma) => {
    await prisma.idempotencyKey.deleteMany({ where: { createdAt: { lte: await oldest(prisma) } } })
    await prisma.idempotencyKey.create({ data: { ...use, result: result as JsonObject } })
  })
}

/** Keys older than this have expired. */
async function oldest(prisma: Rows): Promise<Date> {
  return new Date((await databaseTime(prisma)).getTime() - keptMs)
}
