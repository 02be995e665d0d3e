import { randomUUID } from 'node:crypto'
import { link, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** What a killed process leaves behind ends so. */
export const draftSuffix = '.draft'

/**
 * Writes a file that is there as a whole or not at all, also after a power cut: as a draft, flushed, then given its
 * name, and the folder flushed.
 *
 * @param mode `create` fails with EEXIST where the name is taken, also by somebody who takes it at the same moment;
 *   `replace` puts the file in the place of one that is there
 * @param draftFolder on the same file system
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
