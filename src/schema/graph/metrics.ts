import type { MetricsRecord } from '../../readers/walk-reader.ts'
import { builder } from '../base/builder.ts'

export const EntityMetrics = builder.objectRef<MetricsRecord>('EntityMetrics')
EntityMetrics.implement({
  fields: (t) => ({
    degree: t.exposeInt('degree'),
    inDegree: t.exposeInt('inDegree'),
    outDegree: t.exposeInt('outDegree'),
    pageRank: t.exposeFloat('pageRank', {
      description: 'Along edges, damping 0.85; all together are 1. Refined less if `isApproximate`.',
    }),
    betweenness: t.exposeFloat('betweenness', {
      description:
        'The part of the shortest paths between others that pass through, direction ignored, 0 to 1; estimated from 10 to 100 entities if `isApproximate`.',
    }),
    coreness: t.exposeInt('coreness'),
    component: t.exposeInt('component', {
      description: 'Number of the connected component, from 0 in the order of least slugs.',
    }),
    community: t.exposeInt('community', {
      description:
        'Number of the community (Louvain), from 0 in the order of least slugs; refined less if `isApproximate`.',
    }),
    isApproximate: t.exposeBoolean('isApproximate', {
      description: 'True in graphs of more than 2000 entities.',
    }),
    graphVersion: t.expose('graphVersion', {
      type: 'Long',
      description:
        'Version of the graph that was measured. In graphs of more than 2000 entities it may be one before the present, while the metrics of that are being computed.',
    }),
    computedAt: t.expose('computedAt', { type: 'DateTime' }),
    graphHash: t.field({
      type: 'SHA256',
      description: 'Hash of the graph that was measured.',
      resolve: ({ graphHash }) => graphHash,
    }),
  }),
})
