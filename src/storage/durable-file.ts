import { randomUUID } from 'node:crypto'
import { link, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Suffix of files that a killed process leaves behind. */
export const draftSuffix = '.draft'

/**
 * Writes a file atomically and durably, even across a power cut. `create` fails with EEXIST if the name is
 * taken; `draftFolder` must be on the same file system.
 */
export async function writeDurableFile(
  path: string,
  text: string,
  mode: 'create' | 'replace',
  draftFolder: string,
): Promise<void> {
  await mkdir(draftFolder, { recursive: true })
  const draft = join(draftFolder, `${randomUUID()}${draftSuffix}`)
  try {
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    if (mode === 'create') await link(draft, path)
    else await rename(draft, path)
  } finally {
    await rm(draft, { force: true })
  }
  await syncFolder(dirname(path))
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
