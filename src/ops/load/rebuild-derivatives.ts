import type { ClientBase, Pool } from 'pg'
import { lockGraph } from '../../database/graph/writer-context.ts'
import { withRetriedTransaction } from '../../database/connection/transaction.ts'
import { hashRecipe } from '../../domain/graph/content-hash.ts'
import { presetsFor, type ImagePreset } from '../../domain/media/image-presets.ts'
import { mediaTypeOf } from '../../domain/media/media-types.ts'
import { createMediaFiles, type MediaFiles } from '../../storage/media-files.ts'
import { renderImageFile } from '../../storage/image-process.ts'
import { createImageRenderer } from '../../storage/render-image.ts'
import { OperationError } from '../run/error.ts'
import type { Finding, OperationSummary } from '../run/summary.ts'
import type { OpsContext } from '../run/context.ts'
import { recordRun, type RunHandle } from '../run/record.ts'

export interface RebuildOptions {
  readonly media?: readonly string[] | undefined
  /** False: also rebuild renditions whose recipe is current. */
  readonly onlyStale?: boolean | undefined
  readonly apply?: boolean | undefined
}

interface Picture {
  readonly id: string
  readonly key: string
  readonly mimeType: string
  readonly contentHash: string
  readonly width: number | null
  readonly recipes: Readonly<Record<string, string>>
}
interface Task {
  readonly picture: Picture
  readonly preset: ImagePreset
  readonly recipeHash: string
}

/**
 * Renders missing and stale renditions: those whose recipe hash no longer matches. Dry run unless `apply`.
 */
export function rebuildDerivatives(
  ctx: OpsContext,
  { media, onlyStale = true, apply = false }: RebuildOptions,
): Promise<OperationSummary> {
  const mode = apply ? 'apply' : 'dry-run'
  const head = { kind: 'IMPORT', operation: 'derivatives', name: 'rebuild', mode } as const
  return recordRun(ctx, head, async (run) => {
    const pictures = await readPictures(ctx.pool, media)
    const all = pictures.flatMap((picture) => tasksOf(picture))
    const due = all.filter(
      ({ picture, preset, recipeHash }) => !onlyStale || picture.recipes[preset.key] !== recipeHash,
    )
    const findings = apply ? await renderAll(ctx, run, due) : []
    const rebuilt = due.length - findings.length
    return {
      outcome: findings.length === 0 ? 'PASS' : 'FAIL',
      counts: {
        updated: { kb_media_derivatives: rebuilt },
        unchanged: { kb_media_derivatives: all.length - due.length },
      },
      findings,
      report: { rebuilt, skipped: all.length - due.length },
    }
  })
}

async function readPictures(pool: Pool, ids: readonly string[] | undefined): Promise<Picture[]> {
  const { rows } = await pool.query<Picture>(
    `SELECT m.id, m.key, m.mime_type AS "mimeType", m.content_hash AS "contentHash", m.width,
       coalesce((SELECT jsonb_object_agg(d.preset, d.recipe_hash) FROM kb_media_derivatives d WHERE d.media_id = m.id), '{}') AS recipes
     FROM kb_media_objects m
     WHERE m.kind = 'IMAGE' AND m.content_hash IS NOT NULL AND m.url LIKE '/media/%' AND ($1::uuid[] IS NULL OR m.id = ANY ($1))
     ORDER BY m.key`,
    [ids ?? null],
  )
  return rows
}

function tasksOf(picture: Picture): Task[] {
  return presetsFor(picture.width).map((preset) => ({
    picture,
    preset,
    recipeHash: hashRecipe(picture.contentHash, preset.key),
  }))
}

async function renderAll(ctx: OpsContext, run: RunHandle, tasks: readonly Task[]): Promise<Finding[]> {
  const renderer = await createImageRenderer()
  if ('reason' in renderer)
    throw new OperationError(
      'failed',
      'backend-unavailable',
      `Pictures cannot be rendered here: sharp does not run (${renderer.reason}).`,
    )
  const files = createMediaFiles(ctx.settings.dataDir)
  const findings: Finding[] = []
  for (const [index, task] of tasks.entries()) {
    run.signal.throwIfAborted()
    const problem = await render(ctx.pool, files, task)
    if (problem !== null) {
      const { key } = task.picture
      findings.push({
        code: 'derivatives.not-made',
        severity: 'error',
        subject: key,
        message: `${key}: ${problem}`,
      })
    }
    ctx.onProgress({ label: task.picture.key, rows: index + 1, share: (index + 1) / tasks.length })
  }
  return findings
}

/** Returns the reason for a missing rendition, or null. */
async function render(
  pool: Pool,
  files: MediaFiles,
  { picture, preset, recipeHash }: Task,
): Promise<string | null> {
  const extension = mediaTypeOf(picture.mimeType)?.extension
  const path = extension === undefined ? null : await files.find(`${picture.contentHash}.${extension}`)
  if (path === null) return 'its file is missing from the media folder'
  const image = await renderImageFile(path, preset.width).catch((error: unknown) => error as Error)
  if (image instanceof Error) return `it cannot be rendered (${image.message.split('\n')[0]})`
  const file = await files.put(image.bytes, image.extension)
  await withRetriedTransaction(pool, 'READ COMMITTED', async (client) => {
    await lockGraph(client)
    await upsert(client, [
      picture.id,
      preset.key,
      file.url,
      image.mimeType,
      image.width,
      image.height,
      file.byteSize,
      file.hash,
      recipeHash,
      picture.contentHash,
    ])
  })
  return null
}

/** Skips originals that changed or disappeared meanwhile. */
async function upsert(client: ClientBase, values: readonly unknown[]): Promise<void> {
  await client.query(
    `INSERT INTO kb_media_derivatives (media_id, preset, url, mime_type, width, height, byte_size, content_hash, recipe_hash)
     SELECT m.id, $2, $3, $4, $5, $6, $7, $8, $9 FROM kb_media_objects m WHERE m.id = $1 AND m.content_hash = $10
     ON CONFLICT (media_id, preset) DO UPDATE SET url = excluded.url, mime_type = excluded.mime_type,
       width = excluded.width, height = excluded.height, byte_size = excluded.byte_size,
       content_hash = excluded.content_hash, recipe_hash = excluded.recipe_hash, is_stale = false, created_at = now()`,
    [...values],
  )
}
