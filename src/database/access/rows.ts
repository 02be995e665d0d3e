import { AsyncLocalStorage } from 'node:async_hooks'
import pg, { type ClientBase, type Pool } from 'pg'
import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import type { Prisma, PrismaClient } from '../../generated/prisma/client.ts'

/** Prisma Client on one connection. */
export type Rows = Prisma.TransactionClient

/**
 * Reads and writes rows through Prisma Client: on a connection of the pool, or inside the transaction that `db` is in. It
 * neither begins nor commits anything, so what pg and Prisma write in one transaction is committed as one.
 *
 * The first call loads Prisma Client: about 100 ms and 80 MB. A server that nobody signs in to never makes it.
 *
 * @throws what pg throws, as if the statement had been sent by pg: callers tell an outage, a read-only database and a
 *   serialization failure by the same codes
 * @example await rows(pool, (prisma) => prisma.person.findMany({ orderBy: { name: 'asc' } }))
 */
export async function rows<Result>(
  db: ClientBase | Pool,
  work: (prisma: Rows) => Promise<Result>,
): Promise<Result> {
  if (!(db instanceof pg.Pool)) return within(db, work)
  const client = await db.connect()
  let failure: Error | undefined
  try {
    return await within(client, work)
  } catch (error) {
    failure = error as Error
    throw error
  } finally {
    client.release(failure)
  }
}

/** The time of the database, which is the one that its rows are compared with. */
export async function databaseTime(prisma: Rows): Promise<Date> {
  const [row] = await prisma.$queryRaw<[{ now: Date }]>`SELECT now()`
  return row.now
}

/** What Prisma is handed as a pool: one connection, which remembers what it refused. */
class Connection {
  readonly pool: Pool
  failure: Error | undefined

  constructor(client: ClientBase) {
    const query = async (statement: pg.QueryArrayConfig) => {
      try {
        return await client.query(statement)
      } catch (error) {
        this.failure = error as Error
        throw error
      }
    }
    // Prisma only takes instances of Pool.
    this.pool = Object.assign(Object.create(pg.Pool.prototype) as Pool, {
      options: {},
      query: query as unknown as Pool['query'],
      on: () => this.pool,
      removeListener: () => this.pool,
    })
  }
}

const connections = new AsyncLocalStorage<Connection>()
let started: Promise<PrismaClient> | undefined

async function within<Result>(client: ClientBase, work: (prisma: Rows) => Promise<Result>): Promise<Result> {
  const prisma = await (started ??= start())
  const connection = new Connection(client)
  try {
    return await connections.run(connection, () => prisma.$transaction(work))
  } catch (error) {
    // Prisma wraps the driver's errors, and drops the cause of some. Here alone they become what they were.
    throw isOfPrisma(error) && connection.failure !== undefined ? connection.failure : error
  }
}

function isOfPrisma(error: unknown): boolean {
  return error instanceof Error && /^(PrismaClient|DriverAdapter)/.test(error.name)
}

/** Deadlines are those of the connection. A day is none, and Prisma wants one. */
const noDeadlineMs = 86_400_000

async function start(): Promise<PrismaClient> {
  const { PrismaPg } = await import('@prisma/adapter-pg')
  const { PrismaClient } = await loadGenerated()
  const adapter: SqlDriverAdapterFactory = {
    provider: 'postgres',
    adapterName: 'pg',
    async connect() {
      // Everything goes through a transaction, so this one is never asked.
      const ofPool = await new PrismaPg(new Connection(new pg.Client()).pool).connect()
      return Object.assign(ofPool, {
        // A transaction of Prisma's is the connection of whoever asked: `usePhantomQuery` has Prisma send no COMMIT or ROLLBACK.
        async startTransaction() {
          const queryable = await new PrismaPg(connections.getStore()!.pool).connect()
          const nothing = () => Promise.resolve()
          return Object.assign(queryable, {
            options: { usePhantomQuery: true },
            commit: nothing,
            rollback: nothing,
            createSavepoint: nothing,
            rollbackToSavepoint: nothing,
            releaseSavepoint: nothing,
          })
        },
      })
    },
  }
  return new PrismaClient({
    adapter,
    transactionOptions: { maxWait: noDeadlineMs, timeout: noDeadlineMs },
  })
}

async function loadGenerated() {
  try {
    return await import('../../generated/prisma/client.ts')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new Error('The Prisma client is not generated; run `npm run db:generate`.', { cause: error })
  }
}
