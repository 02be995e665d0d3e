import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'

/**
 * Opens a regular file to be read. A link, a pipe or a device is refused before a byte is read: it may never end, or be somewhere
 * else.
 *
 * @throws NotRegularError; errors of the system as they are
 */
export async function openRegularFile(path: string): Promise<FileHandle> {
  // Without O_NONBLOCK a pipe would be waited for.
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
    super(`${path} is no regular file, but a link, a pipe or a device; it is not read.`)
  }
}
