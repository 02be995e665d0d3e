import type { ClientBase, Pool } from 'pg'
import type { Upload as UploadRow } from '../../generated/prisma/client.ts'
import { databaseTime, rows } from './rows.ts'

export type Upload = Omit<UploadRow, 'byteSize'> & { readonly byteSize: number }

function toUpload(row: UploadRow): Upload {
  return { ...row, byteSize: Number(row.byteSize) }
}

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
