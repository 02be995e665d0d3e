import { followContent } from '../../resolvers/live/follow-content.ts'
import { followGraph } from '../../resolvers/live/follow-graph.ts'
import { builder } from '../base/builder.ts'
import { ContentState } from '../content/content-state.ts'
import { withDirectives } from '../base/directives.ts'
import { EntityFilterInput } from '../graph/filters.ts'
import { GraphChangeEdge } from './graph-change.ts'
import { requiresRole } from '../base/roles.ts'

builder.subscriptionFields((t) => ({
  graphChanged: t.field({
    type: GraphChangeEdge,
    nullable: true,
    description: 'Starts after the cursor of `changes`, so that nothing is lost on reconnect.',
    args: {
      after: t.arg.string(),
      types: t.arg.stringList(),
      where: t.arg({ type: EntityFilterInput }),
    },
    subscribe: (_, args, context) => followGraph(context, args),
    resolve: (change) => change,
  }),
  contentStateChanged: t.field({
    type: ContentState,
    nullable: true,
    description: 'The current one at once, then each that replaces it.',
    ...withDirectives(requiresRole('EDITOR')),
    subscribe: (_, _args, context) => followContent(context),
    resolve: (state) => state,
  }),
}))
