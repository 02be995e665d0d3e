import { hashJson } from '../../../domain/hash.ts'
import { rehearseOutage } from '../../content/rehearse-outage.ts'
import { verifyBlobFallback } from '../../content/verify-blob-fallback.ts'
import { fromSummary } from './from-summary.ts'
import type { Check } from './check.ts'

export const blobFallbackCheck: Check = {
  name: 'blob-fallback',
  invariant: 'Blob has the same content state and history as the database.',
  switch: { variable: 'RUN_OPS_BLOB_FALLBACK', isOn: ({ blobFallback }) => blobFallback },
  async prove({ storage }) {
    const blob = storage.driverOf('blob')
    const current = await blob.read()
    const state = { ...(current?.state ?? {}), 'planted difference': true }
    const planted = {
      version: 1,
      note: null,
      createdAt: '',
      createdBy: '',
      restoredFrom: null,
      ...current,
      state,
    }
    return (await rehearseOutage(blob, { ...planted, hash: hashJson(state) })).status === 'FAIL'
  },
  run: async (ctx) => fromSummary(await verifyBlobFallback(ctx), 'Blob alone would serve the same content'),
}
