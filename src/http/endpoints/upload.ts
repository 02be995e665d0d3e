import { findUpload } from '../../database/access/uploads.ts'
import { mediaTypeOf } from '../../domain/media/media-types.ts'
import { AppError } from '../../errors.ts'
import type { MediaFiles, ReceiveProblem } from '../../storage/media-files.ts'
import type { Pool } from 'pg'
import { refuseContentCoding } from '../content-coding.ts'
import type { Endpoint } from '../exchange.ts'
import { sendJson } from '../send-json.ts'

const messages: Readonly<Record<Exclude<ReceiveProblem, 'other-type'>, string>> = {
  'too-short': 'Fewer bytes arrived than were announced; send them again.',
  'too-long': 'More bytes arrived than were announced; make a new upload for them.',
  'other-bytes': 'The bytes do not have the announced SHA-256; make a new upload for them.',
}

/** `PUT /api/uploads/:id` takes exactly the bytes announced by `createMediaUpload`, from anyone with the address. */
export function createUploadEndpoint(pool: Pool, media: MediaFiles): Endpoint {
  return async (exchange) => {
    const id = exchange.path.slice('/api/uploads/'.length)
    const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)
    const upload = isId ? await findUpload(pool, id) : null
    const type = upload && mediaTypeOf(upload.mimeType)
    if (upload === null || type === null)
      throw new AppError(
        'NOT_FOUND',
        'There is no such upload, or it has expired; make one with createMediaUpload.',
      )
    const { request } = exchange
    refuseContentCoding(request.headers['content-encoding'])
    const length = request.headers['content-length']
    if (length !== undefined && Number(length) !== upload.byteSize)
      throw new AppError(
        'BAD_REQUEST',
        `${upload.byteSize} bytes were announced, but Content-Length is ${length}.`,
      )
    const problem = await media.receive(
      request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>,
      {
        hash: upload.sha256,
        byteSize: upload.byteSize,
        extension: type.extension,
        mimeType: upload.mimeType,
      },
    )
    if (problem === 'other-type')
      throw new AppError(
        'BAD_REQUEST',
        `The bytes are not ${upload.mimeType}; make a new upload with their actual type.`,
      )
    if (problem !== null) throw new AppError('BAD_REQUEST', messages[problem])
    sendJson(exchange, 200, { uploadId: id, byteSize: upload.byteSize, sha256: upload.sha256 })
  }
}
