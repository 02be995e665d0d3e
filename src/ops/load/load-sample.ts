import type { Pool } from 'pg'
import { setChangeAuthor } from '../../database/history/change-author.ts'
import { tryLockBulkWrites } from '../../database/graph/writer.ts'
import { withTransaction } from '../../database/connection/transaction.ts'
import { readWorldCountries } from '../../formats/world-countries.ts'
import { buildWorldPayload } from '../../formats/world-payload.ts'
import { buildWorldGraph } from '../../formats/world-places.ts'
import type { Log } from '../../log.ts'
import { createContentStore } from '../../storage/content-store.ts'
import { createNeonDriverWithin } from '../../storage/drivers/neon.ts'
import { createMediaFiles } from '../../storage/media-files.ts'
import { backfillKnowledge, type BackfillReport } from './backfill-knowledge.ts'
import { storeFlagPictures } from './store-flag-pictures.ts'

export interface SampleOptions {
  readonly pool: Pool
  readonly dataDir: string
  readonly log: Pick<Log, 'info' | 'warn'>
}

/** What loading the sample did; JSON-safe. */
export type SampleReport =
  | { readonly isLoaded: false; readonly reason: string }
  | {
      readonly isLoaded: true
      readonly entities: number
      readonly edges: number
      readonly media: number
      readonly derivatives: number
      readonly contentVersion: number
      readonly backfill: BackfillReport
      readonly durationMs: number
    }

/**
 * Fills an empty graph with the countries of the world, through a content state and the backfill, in one
 * transaction. Does nothing if the graph has entities; if two servers start at once, one of them loads.
 */
export async function loadSample({ pool, dataDir, log }: SampleOptions): Promise<SampleReport> {
  const start = performance.now()
  if (await hasEntities(pool)) return { isLoaded: false, reason: 'the graph is not empty' }
  const world = await readWorldCountries()
  const { flags, reasonWithoutDerivatives } = await storeFlagPictures(createMediaFiles(dataDir), world)
  if (reasonWithoutDerivatives !== null) {
    log.warn(
      `The flags of the sample have no derivatives: sharp does not run here (${reasonWithoutDerivatives}).`,
    )
  }
  const state = { constellation: buildWorldPayload(world, buildWorldGraph(world.countries), flags) }
  const report = await withTransaction(pool, 'READ COMMITTED', async (client): Promise<SampleReport> => {
    if (!(await tryLockBulkWrites(client)))
      return { isLoaded: false, reason: 'another process is writing the graph' }
    if (await hasEntities(client)) return { isLoaded: false, reason: 'the graph is not empty' }
    await setChangeAuthor(client, { actor: 'sample' })
    const note = `Sample: world-countries ${world.version}`
    const driver = createNeonDriverWithin(client)
    const expectedVersion = (await driver.readHead())?.version ?? 0
    const store = createContentStore(driver)
    const { contentState } = await store.save({ change: { state }, expectedVersion, actor: 'sample', note })
    const backfill = await backfillKnowledge(client, state)
    // The files were just written under the hash of their bytes.
    await client.query(
      `UPDATE kb_media_objects SET availability = 'VERIFIED', availability_checked_at = now(),
         availability_backends = '[{"backend":"FILE","present":true,"hashMatches":true}]'
       WHERE content_hash = ANY ($1)`,
      [flags.map(({ hash }) => hash)],
    )
    const { kb_entities, kb_edges, kb_media_objects, kb_media_derivatives } = backfill.counts
    return {
      isLoaded: true,
      entities: kb_entities?.inserted ?? 0,
      edges: kb_edges?.inserted ?? 0,
      media: kb_media_objects?.inserted ?? 0,
      derivatives: kb_media_derivatives?.inserted ?? 0,
      contentVersion: contentState.version,
      backfill,
      durationMs: Math.round(performance.now() - start),
    }
  })
  if (!report.isLoaded) return report
  await pool.query('ANALYZE kb_entities, kb_entity_tags, kb_edges, kb_entity_sources')
  const { entities, edges, media, durationMs } = report
  log.info(
    `Loaded the sample: world-countries ${world.version}, ${entities} entities, ${edges} edges and ${media} flags in ` +
      `${(durationMs / 1000).toFixed(1)} s (KB_SAMPLE=none leaves the graph empty).`,
  )
  return report
}

async function hasEntities(client: Pick<Pool, 'query'>): Promise<boolean> {
  const found = await client.query<{ exists: boolean }>('SELECT EXISTS (SELECT 1 FROM kb_entities) AS exists')
  return found.rows[0]?.exists === true
}
