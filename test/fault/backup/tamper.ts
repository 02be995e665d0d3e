import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hashJson, sha256Hex } from '../../../src/domain/hash.ts'
import { manifestName } from '../../../src/ops/backup/manifest.ts'

interface LooseManifest {
  hash?: string
  tables: { table: string; rows: number; file: { name: string; byteSize: number; sha256: string } }[]
  sequences: { lastValue: string }[]
  migrations: object[]
}

/** Changes the text of a manifest, whatever it says afterwards. */
export async function editText(directory: string, change: (text: string) => string): Promise<void> {
  const path = join(directory, manifestName)
  const before = await readFile(path, 'utf8')
  const after = change(before)
  if (after === before) throw new Error('the damage changed nothing')
  await writeFile(path, after)
}

/** Changes a manifest as someone would who knows how it is hashed. */
export async function editManifest(
  directory: string,
  change: (manifest: LooseManifest) => void,
): Promise<void> {
  await editText(directory, (text) => {
    const { hash: _hash, ...content } = JSON.parse(text) as LooseManifest
    change(content)
    return JSON.stringify({ ...content, hash: hashJson(content) })
  })
}

/** Changes a file, and the manifest so that it fits: size, SHA-256 and, by `more`, the number of rows. */
export async function rewrite(
  directory: string,
  table: string,
  change: (text: string) => string,
  more = 0,
): Promise<void> {
  const path = join(directory, `${table}.copy`)
  const before = await readFile(path, 'utf8')
  const after = change(before)
  if (after === before) throw new Error(`the damage changed nothing in ${table}`)
  await writeFile(path, after)
  await editManifest(directory, (manifest) => {
    const entry = manifest.tables.find((each) => each.table === table)!
    entry.file = { name: entry.file.name, byteSize: Buffer.byteLength(after), sha256: sha256Hex(after) }
    entry.rows += more
  })
}

export function firstLine(text: string): string {
  return text.slice(0, text.indexOf('\n') + 1)
}
