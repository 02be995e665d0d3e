import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withTransaction } from '../../src/database/connection/transaction.ts'
import { backfillKnowledge } from '../../src/ops/load/backfill-knowledge.ts'
import type { OpsContext } from '../../src/ops/run/context.ts'
import { createContentStore } from '../../src/storage/content-store.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { startGraphApi, testPassword, type GraphApi } from './graph-api.ts'
import { createOpsContext } from './ops-context.ts'

const constellation = {
  nodes: [
    { id: 'Portugal', kind: 'country', domain: 'europe', tags: ['b', 'a'], x: 1, y: 2, weight: 3 },
    { id: 'Spain', kind: 'country', domain: 'europe', population: 48 },
    { id: '日本', kind: 'country' },
    { id: 'Atlantis', kind: 'country', status: 'DRAFT' },
  ],
  edges: [
    { source: 'portugal', target: 'SPAIN', relation: 'borders', weight: 0.5 },
    { source: 'Spain', target: 'Portugal', relation: 'knows' },
    { source: 'Spain', target: 'nowhere', relation: 'knows' },
  ],
  domains: [{ key: 'europe', label: 'Europe', color: '#0000ff' }],
}
const state = { constellation, title: 'Mine' }

/** A database and a file store with the same history, the graph of it, and a deployment that serves both. */
export interface TwoStores {
  readonly database: TestDatabase
  readonly api: GraphApi
  /** The deployment is its BASE_URL. */
  readonly ctx: OpsContext
  context(env: Readonly<Record<string, string>>): OpsContext
  stop(): Promise<void>
}

export async function startTwoStores(): Promise<TwoStores> {
  const database = await createTestDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'kb-stores-'))
  const context = (env: Readonly<Record<string, string>>) =>
    createOpsContext(database, {
      BACKUP_OUTPUT_PATH: folder,
      ADMIN_FILE_PATH: join(folder, 'content.json'),
      ...env,
    })
  const api = await startGraphApi(async (pool) => {
    for (const kind of ['neon', 'file'] as const) {
      const store = createContentStore(context({}).storage.driverOf(kind))
      const by = { actor: 'ada', note: null }
      await store.save({ change: { state: { ...state, title: 'First' } }, expectedVersion: 0, ...by })
      await store.save({ change: { state }, expectedVersion: 1, ...by })
    }
    await withTransaction(pool, 'READ COMMITTED', (client) => backfillKnowledge(client, state))
  }, database)
  return {
    database,
    api,
    context,
    ctx: context({ BASE_URL: api.server.url, ADMIN_PASSWORD: testPassword }),
    async stop() {
      await api.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
