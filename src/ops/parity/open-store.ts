import { readGraphRows } from '../../database/graph/read-rows.ts'
import { isInBuckets, rowHash, useCanonicalText } from '../../database/tables/row-text.ts'
import { copyFile } from '../../database/tables/restore-tables.ts'
import { writableColumns } from '../../database/tables/export-table.ts'
import { hashTableRows } from '../../database/tables/table-hash.ts'
import { publicRelation, readTableShapes } from '../../database/tables/table-shape.ts'
import { withTransaction } from '../../database/connection/transaction.ts'
import { normalizeConstellation } from '../../domain/constellation/constellation.ts'
import { graphRowsOf } from '../../domain/graph/graph-rows.ts'
import { isJsonObject } from '../../domain/json/value.ts'
import type { ContentDriver } from '../../storage/content-driver.ts'
import { createNeonDriverWithin } from '../../storage/drivers/neon.ts'
import { readBackup, verifyBackupFiles } from '../backup/files.ts'
import { tableHashOf, type BackupTable } from '../backup/manifest.ts'
import type { Backup } from '../backup/create.ts'
import { openDeployment } from './deployment.ts'
import { OperationError } from '../run/error.ts'
import type { OpsContext } from '../run/context.ts'
import { createConstellationRows, createPublicRows } from './public.ts'
import { keyTextOf, labelOf, type ParitySide, type ParityStore } from './store.ts'
import { join } from 'node:path'
import pg, { type ClientBase } from 'pg'

export type ParityContext = Pick<OpsContext, 'pool' | 'storage' | 'settings' | 'signal'>

/** Opens a side with one snapshot for as long as `use` runs. */
export async function withParityStore<Result>(
  ctx: ParityContext,
  side: ParitySide,
  use: (store: ParityStore) => Promise<Result>,
): Promise<Result> {
  if ('deployment' in side) return use(openDeploymentStore(ctx, side.deployment))
  if ('artifact' in side) {
    const backup = await openArtifact(ctx, side.artifact)
    // Not read-only: rows that need a closer look are loaded into temporary tables.
    return withTransaction(ctx.pool, 'READ COMMITTED', async (client) =>
      use(await openBackupStore(client, backup, ctx.signal)),
    )
  }
  if (side.backend !== 'NEON') {
    const kind = side.backend === 'BLOB' ? 'blob' : 'file'
    return use(openContentStore(labelOf(side), ctx.storage.driverOf(kind)))
  }
  return withTransaction(ctx.pool, 'REPEATABLE READ READ ONLY', async (client) =>
    use(await openDatabaseStore(client)),
  )
}

async function openDatabaseStore(client: ClientBase): Promise<ParityStore> {
  await useCanonicalText(client)
  const shapes = new Map((await readTableShapes(client)).map((shape) => [shape.table, shape]))
  const source = (table: string) => ({ client, relation: publicRelation(table) })
  const content = createNeonDriverWithin(client)
  const graph: ParityStore['graph'] = async (table) => readGraphRows(client, table)
  return {
    label: 'NEON',
    content,
    readContentHead: () => content.read(),
    graph,
    publicRows: createPublicRows(graph),
    tables: {
      shapes,
      hash: (table) => hashTableRows(source(table), shapes.get(table)!.columns),
      open: async (table) => source(table),
    },
    warnings: () => [],
  }
}

/** Throws if files of the backup are damaged: nothing can be said about it then. */
async function openArtifact({ settings, signal }: ParityContext, artifact: string): Promise<Backup> {
  const backup = await readBackup(settings.backupOutputPath, artifact)
  const damage = await verifyBackupFiles(backup, signal)
  if (damage.length === 0) return backup
  const each = damage.map(({ message }) => message).join(' ')
  throw new OperationError('failed', 'invalid', `The backup ${backup.manifest.id} is damaged. ${each}`)
}

/** Hashes come from the manifest; rows are loaded on demand, one table at a time. */
async function openBackupStore(
  client: ClientBase,
  backup: Backup,
  signal: AbortSignal,
): Promise<ParityStore> {
  await useCanonicalText(client)
  const byName = new Map(backup.manifest.tables.map((each) => [each.table, each]))
  const loaded = new Map<string, Promise<void>>()
  const load = async (...tables: string[]) => {
    for (const table of tables) {
      const entry = byName.get(table)
      if (entry === undefined) continue
      // The temporary table shadows the real one for the rest of this connection.
      const relation = temporaryRelation(table)
      const loading = loaded.get(table) ?? loadTemporary(client, backup, entry, { relation, signal })
      loaded.set(table, loading)
      await loading
    }
  }
  const driver = createNeonDriverWithin(client)
  const contentTables = ['admin_content_state', 'admin_history']
  const content: ContentDriver = {
    ...driver,
    read: () => load(...contentTables).then(() => driver.read()),
    readHead: () => load(...contentTables).then(() => driver.readHead()),
    listVersions: (page) => load(...contentTables).then(() => driver.listVersions(page)),
    countVersions: () => load(...contentTables).then(() => driver.countVersions()),
  }
  const graph: ParityStore['graph'] = async (table) => {
    await load(table, ...(table === 'kb_entities' ? ['kb_entity_tags'] : []))
    return readGraphRows(client, table)
  }
  return {
    label: `backup ${backup.manifest.id}`,
    content,
    readContentHead: async () => backup.manifest.contentState,
    graph,
    publicRows: createPublicRows(graph),
    tables: {
      shapes: byName,
      hash: async (table) => tableHashOf(byName.get(table)!),
      open: async (table, buckets) => {
        const relation = temporaryRelation(`part_of_${table}`)
        await loadTemporary(client, backup, byName.get(table)!, { relation, buckets, signal })
        return { client, relation }
      },
    },
    warnings: () => [],
  }
}

interface LoadOptions {
  readonly relation: string
  readonly buckets?: readonly number[]
  readonly signal: AbortSignal
}

async function loadTemporary(
  client: ClientBase,
  { directory }: Backup,
  table: BackupTable,
  { relation, buckets, signal }: LoadOptions,
): Promise<void> {
  await client.query(
    `CREATE TEMPORARY TABLE ${relation} (LIKE ${publicRelation(table.table)}) ON COMMIT DROP`,
  )
  const path = join(directory, table.file.name)
  const condition = buckets === undefined ? undefined : isInBuckets(rowHash(table.columns), buckets)
  await copyFile(client, relation, { columns: writableColumns(table), path }, { signal, condition })
  await client.query(`ANALYZE ${relation}`)
}

function temporaryRelation(table: string): string {
  return `pg_temp.${pg.escapeIdentifier(table)}`
}

/** A backend that only stores content states: its graph is the normalized constellation. */
function openContentStore(label: string, content: ContentDriver): ParityStore {
  const warnings: string[] = []
  let rows: Promise<ReturnType<typeof graphRowsOf>> | undefined
  const readRows = async () => {
    const current = await content.read()
    const payload = current?.state['constellation']
    if (payload === undefined)
      throw new OperationError(
        'refused',
        'precondition-failed',
        `The content state in ${label} has no member \`constellation\`, so there is no graph to compare.`,
      )
    const graph = normalizeConstellation(payload)
    if (graph.refused.length > 0)
      warnings.push(`${graph.refused.length} items of the constellation in ${label} cannot be imported.`)
    return graphRowsOf(graph)
  }
  const graph: ParityStore['graph'] = async (table) => (await (rows ??= readRows()))[table]
  return {
    label,
    content,
    readContentHead: () => content.read(),
    graph,
    publicRows: createPublicRows(graph),
    tables: null,
    warnings: () => warnings,
  }
}

function openDeploymentStore(ctx: ParityContext, url: string): ParityStore {
  const deployment = openDeployment(ctx, url)
  let rows: Promise<ReturnType<typeof createConstellationRows>> | undefined
  return {
    label: deployment.url,
    content: null,
    async readContentHead() {
      const { contentState } = await deployment.fetchOverview()
      if (!isJsonObject(contentState)) return null
      return { version: Number(contentState['version']), hash: keyTextOf(contentState['hash']) }
    },
    graph: null,
    publicRows: async (table) =>
      (await (rows ??= deployment.fetchConstellation().then(createConstellationRows)))(table),
    tables: null,
    warnings: () => [],
  }
}
