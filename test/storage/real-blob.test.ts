import { del, list } from '@vercel/blob'
import { afterAll, describe } from 'vitest'
import { createBlobDriver } from '../../src/storage/drivers/blob.ts'
import { testContentDriver } from './driver-contract.ts'

// KB_TEST_BLOB_TOKEN is the token of a real Vercel Blob store: tests work in folders of their own there and clear them.
const token = process.env['KB_TEST_BLOB_TOKEN'] ?? ''
const run = `kb-test-${process.pid}-${Date.now()}/`
let stores = 0

describe.skipIf(token === '')('a real store', () => {
  afterAll(async () => {
    for (;;) {
      const { blobs } = await list({ token, prefix: run })
      if (blobs.length === 0) return
      await del(
        blobs.map(({ url }) => url),
        { token },
      )
    }
  })

  testContentDriver('blob', async () => {
    const prefix = `${run}${stores++}/`
    return { open: () => createBlobDriver({ token, prefix }), writes: ['blob'] }
  })
})
