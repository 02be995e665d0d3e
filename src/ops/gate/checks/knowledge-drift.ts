import { withTransaction } from '../../../database/connection/transaction.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../domain/json/value.ts'
import { compareWithGraph, detectKnowledgeDrift } from '../../parity/detect-drift.ts'
import { fromSummary } from './from-summary.ts'
import type { Check } from './check.ts'

export const knowledgeDriftCheck: Check = {
  name: 'knowledge-drift',
  invariant: 'The graph matches the constellation payload of the content state.',
  switch: { variable: 'RUN_OPS_KNOWLEDGE_DRIFT', isOn: ({ knowledgeDrift }) => knowledgeDrift },
  async prove({ pool, storage, signal }) {
    const payload = (await storage.driver.read())?.state['constellation']
    const planted = withPlantedNode(isJsonObject(payload) ? payload : {})
    const options = { failOn: 'FAIL', signal, onProgress: () => undefined } as const
    const { report } = await withTransaction(pool, 'REPEATABLE READ READ ONLY', (client) =>
      compareWithGraph(client, planted, options),
    )
    return report.counts.removed > 0
  },
  run: async (ctx) => fromSummary(await detectKnowledgeDrift(ctx, {}), 'no difference'),
}

function withPlantedNode(payload: JsonObject): JsonObject {
  const nodes: readonly JsonValue[] = Array.isArray(payload['nodes']) ? payload['nodes'] : []
  return {
    ...payload,
    nodes: [...nodes, { slug: `planted-difference-${crypto.randomUUID()}`, title: 'Planted' }],
  }
}
