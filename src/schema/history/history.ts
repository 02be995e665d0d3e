import { compareGraph, listChanges, type GraphDifference } from '../../resolvers/change.ts'
import { GraphRef } from '../graph/as-of.ts'
import { builder } from '../base/builder.ts'
import { forwardArguments } from '../base/connection.ts'
import { DiffCounts } from './diff-counts.ts'
import { cost, semanticNonNull, withDirectives } from '../base/directives.ts'
import { GraphChangeConnection } from './graph-change.ts'

const GraphDiff = builder.objectRef<GraphDifference>('GraphDiff')
GraphDiff.implement({
  fields: (t) => ({
    fromHash: t.field({ type: 'SHA256', resolve: ({ fromHash }) => fromHash() }),
    toHash: t.field({ type: 'SHA256', resolve: ({ toHash }) => toHash() }),
    counts: t.field({ type: DiffCounts, resolve: ({ counts }) => counts() }),
    changes: t.field({
      type: GraphChangeConnection,
      args: forwardArguments,
      resolve: ({ changes }, args) => changes(args),
    }),
  }),
})

builder.queryFields((t) => ({
  graphDiff: t.field({
    type: GraphDiff,
    nullable: true,
    ...withDirectives(semanticNonNull, cost(20)),
    args: { from: t.arg({ type: GraphRef, required: true }), to: t.arg({ type: GraphRef }) },
    resolve: (_, refs, context) => compareGraph(context, refs),
  }),
  changes: t.field({
    type: GraphChangeConnection,
    nullable: true,
    description: 'Pull feed: what changed after a cursor. The serverless form of a subscription.',
    ...withDirectives(semanticNonNull),
    args: { after: t.arg.string(), types: t.arg.stringList(), first: t.arg.int() },
    resolve: (_, args, context) => listChanges(context, args),
  }),
}))
