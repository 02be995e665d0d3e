import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Reads a random secret from a file that only its owner can read; creates it first if needed. */
export async function readKeptSecret(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true })
  const made = randomBytes(32).toString('base64url')
  try {
    await writeFile(path, made, { flag: 'wx', mode: 0o600 })
    return made
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const kept = await readFile(path, 'utf8')
    // Another process created the file and has yet to write it; a crash in between would leave it empty for
    // good.
    if (kept.length < made.length) await writeFile(path, made, { mode: 0o600 })
    return kept.length < made.length ? made : kept
  }
}
