import type { ClientBase, Pool } from 'pg'
import type { Upload as UploadRow } from '../../generated/prisma/client.ts'
import { databaseTime, rows } from './rows.ts'

/** What bytes are expected, and for what. */
export type Upload = Omit<UploadRow, 'byteSize'> & { readonly byteSize: number }

function toUpload(row: UploadRow): Upload {
  return { ...row, byteSize: Number(row.byteSize) }
}

/** Announces an upload, and forgets those whose time is over. */
export function insertUpload(
  client: ClientBase,
  {
    seconds,
    ...upload
  }: Pick<Upload, 'key' | 'mimeType' | 'byteSize' | 'sha256' | 'createdBy'> & { readonly seconds: number },
): Promise<Upload> {
  return rows(client, async (prisma) => {
    const createdAt = await databaseTime(prisma)
    await prisma.upload.deleteMany({ where: { expiresAt: { lt: createdAt } } })
    const expiresAt = new Date(createdAt.getTime() + seconds * 1000)
    return toUpload(await prisma.upload.create({ data: { ...upload, createdAt, expiresAt } }))
  })
}

/** An upload whose time is not over. @param id a UUID */
export function findUpload(db: ClientBase | Pool, id: string): Promise<Upload | null> {
  return rows(db, async (prisma) => {
    const upload = await prisma.upload.findFirst({
      where: { id, expiresAt: { gt: await databaseTime(prisma) } },
    })
    return upload && toUpload(upload)
  })
}

export async function deleteUpload(client: ClientBase, id: string): Promise<void> {
  await rows(client, (prisma) => prisma.upload.deleteMany({ where: { id } }))
}
