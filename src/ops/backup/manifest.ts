import { join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'
import { summarizeBuckets, type TableHash } from '../../database/tables/table-hash.ts'
import { hashJson, sha256Hex } from '../../domain/hash.ts'
import { canonicalJson } from '../../domain/json/canonical-json.ts'
import { openRegularFile } from '../../storage/regular-file.ts'
import { OperationError } from '../run/error.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const count = z.int().nonnegative()
const bucketNumber = z.string().regex(/^\d{1,4}$/)

const backupTable = z.strictObject({
  table: z.string(),
  columns: z.array(z.strictObject({ name: z.string(), type: z.string(), isGenerated: z.boolean() })),
  key: z.array(z.string()),
  rows: count,
  hash: sha256,
  buckets: z.record(bucketNumber, z.tuple([count, sha256])),
  file: z.strictObject({ name: z.string().regex(/^[a-z0-9_]+\.copy$/), byteSize: count, sha256 }),
})

const manifestBody = z.strictObject({
  format: z.literal('knowledge-backbone-backup'),
  formatVersion: z.literal(1),
  id: z.string(),
  createdAt: z.iso.datetime(),
  createdBy: z.string(),
  source: z.strictObject({
    system: z.string().nullable(),
    timeline: z.string().nullable(),
    database: z.string(),
    databaseId: z.string(),
    environment: z.string(),
    serverVersion: z.string(),
  }),
  migrations: z.array(z.strictObject({ name: z.string(), checksum: z.string() })),
  tables: z.array(backupTable),
  leftOut: z.array(z.string()),
  sequences: z.array(
    z.strictObject({
      sequence: z.string(),
      lastValue: z.string().regex(/^-?\d+$/),
      isCalled: z.boolean(),
      column: z.strictObject({ table: z.string(), name: z.string() }).nullable(),
    }),
  ),
  catalog: z.strictObject({ objects: z.record(z.string(), z.string()), hash: sha256 }),
  graph: z.strictObject({ version: count, hash: sha256 }),
  contentState: z.strictObject({ version: count, hash: sha256 }).nullable(),
})
const manifestFile = manifestBody.extend({ hash: sha256 })

export type BackupContent = z.output<typeof manifestBody>
export type BackupManifest = z.output<typeof manifestFile>
export type BackupTable = BackupContent['tables'][number]

export const manifestName = 'manifest.json'

/** Writes the manifest atomically, as the last file: a folder without one is no backup. */
export async function writeManifest(directory: string, content: BackupContent): Promise<BackupManifest> {
  const manifest = { ...content, hash: hashJson(content) }
  await writeFileAtomic(join(directory, manifestName), `${canonicalJson(manifest)}\n`, { mode: 0o600 })
  return manifest
}

/**
 * Reads and verifies a manifest; throws `not-found` for an unfinished backup, `invalid` for a damaged one.
 */
export async function readManifest(directory: string): Promise<BackupManifest> {
  const path = join(directory, manifestName)
  const text = await readText(path).catch((error: NodeJS.ErrnoException) => {
    throw new OperationError(
      'refused',
      'not-found',
      error.code === 'ENOENT' || error.code === 'ENOTDIR'
        ? `${directory} is not a backup, or an unfinished one: it has no ${manifestName}.`
        : `${path} cannot be read: ${error.message}.`,
      { cause: error },
    )
  })
  const damaged = (reason: string) =>
    new OperationError('refused', 'invalid', `The manifest of the backup ${directory} is damaged: ${reason}`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw damaged('it is not JSON.')
  }
  const parsed = manifestFile.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw damaged(
      `at /${issue?.path.join('/') ?? ''}: ${issue?.message ?? 'unreadable'}. Perhaps another version of this program wrote it.`,
    )
  }
  const { hash, ...content } = parsed.data
  if (hashJson(content) !== hash)
    throw damaged('its content does not match its hash. It was changed after the backup.')
  return parsed.data
}

/** Hundreds of times what this product's tables need. */
const mostManifestBytes = 64 * 2 ** 20

async function readText(path: string): Promise<string> {
  const file = await openRegularFile(path)
  try {
    const { size } = await file.stat()
    if (size > mostManifestBytes) throw new Error(`it has ${size} bytes; ${mostManifestBytes} are allowed`)
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

export function tableHashOf({ buckets }: Pick<BackupTable, 'buckets'>): TableHash {
  return summarizeBuckets(
    new Map(Object.entries(buckets).map(([number, [rows, hash]]) => [Number(number), { rows, hash }])),
  )
}

/** Name of the last schema migration; the hash of all migrations tells histories apart. */
export function schemaVersionOf({ migrations }: Pick<BackupContent, 'migrations'>): string {
  const digest = sha256Hex(migrations.map(({ name, checksum }) => `${name} ${checksum}`).join('\n'))
  return `${migrations.at(-1)?.name ?? 'none'} (${digest.slice(0, 12)})`
}
