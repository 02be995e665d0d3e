import type { ClientBase, Pool } from 'pg'
import type { EnvironmentName } from '../connection/database-identity.ts'
import { databaseTime, rows } from './rows.ts'

export async function markEnvironment(
  db: ClientBase | Pool,
  name: EnvironmentName,
  markedBy: string,
): Promise<void> {
  await rows(db, async (prisma) => {
    const mark = { name, markedBy, markedAt: await databaseTime(prisma) }
    await prisma.environment.upsert({ where: { id: 1 }, create: mark, update: mark })
  })
}
