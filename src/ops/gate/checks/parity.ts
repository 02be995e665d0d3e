import { compareWithOverview, verifyDeployment } from '../../parity/verify-deployment.ts'
import { fromSummary } from './from-summary.ts'
import type { Check } from './check.ts'

export const parityCheck: Check = {
  name: 'parity',
  invariant: 'The deployment at BASE_URL serves the nodes, edges and domains that its overview counts.',
  switch: { variable: 'RUN_OPS_PARITY', isOn: ({ parity }) => parity },
  prove() {
    const overview = { published: { nodes: 1, edges: 1, domains: { '': 1 }, kinds: { thing: 1 } } }
    const node = { id: 'a', kind: 'thing', domain: null }
    const edge = { id: 'planted', source: 'a', target: 'nowhere' }
    const seen = compareWithOverview(
      { nodes: [node, { ...node, id: 'b' }], edges: [edge], domains: [] },
      overview,
    )
    const red = seen.filter(({ status }) => status === 'FAIL').map(({ name }) => name)
    return Promise.resolve(red.includes('nodes') && red.includes('kind thing') && red.includes('edge ends'))
  },
  run: async (ctx) =>
    fromSummary(await verifyDeployment(ctx), 'all counts match, and every edge ends at a node'),
}
