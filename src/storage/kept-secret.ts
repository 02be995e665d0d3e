import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** A random secret that is made once and kept in a file which only its owner may read. */
export async function readKeptSecret(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true })
  const made = randomBytes(32).toString('base64url')
  try {
    await writeFile(path, made, { flag: 'wx', mode: 0o600 })
    return made
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const kept = await readFile(path, 'utf8')
    // Another process has made the file and is about to write it; a crash in between leaves it empty for ever.
    if (kept.length < made.length) await writeFile(path, made, { mode: 0o600 })
    return kept.length < made.length ? made : kept
  }
}
