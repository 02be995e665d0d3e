import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'

/** Opens a regular file. Refuses links, pipes and devices unread: they may never end or lead elsewhere. */
export async function openRegularFile(path: string): Promise<FileHandle> {
  // Without O_NONBLOCK, opening a pipe would block.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (error: NodeJS.ErrnoException) => {
      throw error.code === 'ELOOP' ? new NotRegularError(path) : error
    },
  )
  if ((await file.stat()).isFile()) return file
  await file.close()
  throw new NotRegularError(path)
}

export class NotRegularError extends Error {
  override readonly name = 'NotRegularError'

  constructor(path: string) {
    super(`${path} is not a regular file but a link, a pipe or a device; it is not read.`)
  }
}
