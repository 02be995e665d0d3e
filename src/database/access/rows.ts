import { AsyncLocalStorage } from 'node:async_hooks'
import pg, { type ClientBase, type Pool } from 'pg'
import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import type { Prisma, PrismaClient } from '../../generated/prisma/client.ts'

export type Rows = Prisma.TransactionClient

/**
 * Runs Prisma Client queries on a pooled connection, or in the open transaction of `db`. It never begins or
 * commits, so pg and Prisma can share one transaction. The first call loads Prisma Client (about 100 ms and
 * 80 MB).
 * @throws pg's own errors, so callers detect outages, read-only databases and serialization failures by code
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

export async function databaseTime(prisma: Rows): Promise<Date> {
  const [row] = await prisma.$queryRaw<[{ now: Date }]>`SELECT now()`
  return row.now
}

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
    // Prisma wraps driver errors and drops some causes; restore the original.
    throw isOfPrisma(error) && connection.failure !== undefined ? connection.failure : error
  }
}

function isOfPrisma(error: unknown): boolean {
  return error instanceof Error && /^(PrismaClient|DriverAdapter)/.test(error.name)
}

/** The connection has its own timeouts. Prisma requires one, so it gets a day. */
const noDeadlineMs = 86_400_000

async function start(): Promise<PrismaClient> {
  const { PrismaPg } = await import('@prisma/adapter-pg')
  const { PrismaClient } = await loadGenerated()
  const adapter: SqlDriverAdapterFactory = {
    provider: 'postgres',
    adapterName: 'pg',
    async connect() {
      // Never used: everything runs in a transaction.
      const ofPool = await new PrismaPg(new Connection(new pg.Client()).pool).connect()
      return Object.assign(ofPool, {
        // A Prisma transaction is the caller's connection: with `usePhantomQuery` Prisma sends no COMMIT or
        // ROLLBACK.
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
