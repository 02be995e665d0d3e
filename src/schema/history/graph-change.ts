import type { Difference } from '../../ops/run/summary.ts'
import { pageArray } from '../../resolvers/array-list.ts'
import type { List, ListEdge } from '../../resolvers/list.ts'
import type { PageArguments } from '../../domain/paging/page.ts'
import type { Change } from '../../resolvers/change.ts'
import type { NodeRecord } from '../../resolvers/node.ts'
import { map } from '../../resolvers/list.ts'
import { encodeGlobalId } from '../../domain/graph/global-id.ts'
import { isKey } from '../../domain/graph/slug.ts'
import { builder } from '../base/builder.ts'
import { cursorField, edgesOf, pageInfoField } from '../base/connection.ts'
import type { Context } from '../base/context.ts'
import { entityFields } from '../graph/entity-fields.ts'
import { Node, resolveNode } from '../base/node.ts'
import { selectionOf } from '../base/selection.ts'

const ChangeOperation = builder.enumType('ChangeOperation', {
  values: ['ADDED', 'CHANGED', 'REMOVED'] as const,
})

type ChangeShape = Omit<Difference, 'patch'> & { readonly patch: readonly unknown[] } & Partial<
    Pick<Change, 'subjectId' | 'changedAt' | 'changedBy'>
  >

const GraphChange = builder.objectRef<ChangeShape>('GraphChange')
GraphChange.implement({
  fields: (t) => ({
    operation: t.expose('operation', { type: ChangeOperation }),
    subject: t.field({
      type: Node,
      nullable: true,
      resolve: ({ operation, subjectType, subjectId, subjectKey }, _, context, info) => {
        if (operation === 'REMOVED') return null
        if (subjectId != null)
          return resolveNode(context, encodeGlobalId(subjectType as 'Entity' | 'GraphEdge', subjectId), info)
        return subjectType !== 'Entity' || !isKey(subjectKey)
          ? null
          : map(
              context.reader.entity({ by: 'slug', slug: subjectKey }, entityFields(selectionOf(info))),
              (row): NodeRecord | null => (row ? { ...row, nodeType: 'Entity' } : null),
            )
      },
    }),
    subjectKey: t.exposeString('subjectKey', { description: 'Readable key, also of a removed subject.' }),
    subjectType: t.exposeString('subjectType'),
    patch: t.expose('patch', { type: 'JSON' }),
    changedAt: t.field({
      type: 'DateTime',
      nullable: true,
      resolve: ({ changedAt }) => changedAt ?? null,
    }),
    changedBy: t.string({
      nullable: true,
      description: 'Not told to the public.',
      resolve: ({ changedBy }) => changedBy ?? null,
    }),
  }),
})

export const GraphChangeEdge = builder.objectRef<ListEdge<ChangeShape>>('GraphChangeEdge')
GraphChangeEdge.implement({
  fields: (t) => ({
    cursor: cursorField(t),
    node: t.field({ type: GraphChange, resolve: ({ item }) => item }),
  }),
})

export const GraphChangeConnection = builder.objectRef<List<ChangeShape>>('GraphChangeConnection')
GraphChangeConnection.implement({
  fields: (t) => ({
    edges: t.field({ type: [GraphChangeEdge], resolve: edgesOf }),
    pageInfo: pageInfoField(t),
  }),
})

/** A page of the differences in a report. */
export function pageDifferences(
  differences: unknown,
  args: PageArguments,
  { cursorKey }: Context,
  of: readonly string[],
): List<Difference> {
  return pageArray(Array.isArray(differences) ? (differences as Difference[]) : [], args, cursorKey, of)
}
