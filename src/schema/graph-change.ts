import type { Difference } from '../ops/operation-summary.ts'
import { pageArray } from '../resolvers/array-list.ts'
import type { List, ListEdge } from '../resolvers/list.ts'
import type { PageArguments } from '../domain/page.ts'
import type { NodeRecord } from '../resolvers/node.ts'
import { map } from '../resolvers/list.ts'
import { isKey } from '../domain/slug.ts'
import { builder } from './builder.ts'
import { cursorField, edgesOf, pageInfoField } from './connection.ts'
import type { Context } from './context.ts'
import { entityFields } from './entity-fields.ts'
import { Node } from './node.ts'
import { selectionOf } from './selection.ts'

const ChangeOperation = builder.enumType('ChangeOperation', {
  values: ['ADDED', 'CHANGED', 'REMOVED'] as const,
})

const GraphChange = builder.objectRef<Difference>('GraphChange')
GraphChange.implement({
  fields: (t) => ({
    operation: t.expose('operation', { type: ChangeOperation }),
    subject: t.field({
      type: Node,
      nullable: true,
      resolve: ({ subjectType, subjectKey }, _, { reader }, info) =>
        subjectType !== 'Entity' || !isKey(subjectKey)
          ? null
          : map(
              reader.entity({ by: 'slug', slug: subjectKey }, entityFields(selectionOf(info))),
              (row): NodeRecord | null => (row ? { ...row, nodeType: 'Entity' } : null),
            ),
    }),
    subjectKey: t.exposeString('subjectKey', { description: 'Readable key, also of a removed subject.' }),
    subjectType: t.exposeString('subjectType'),
    patch: t.expose('patch', { type: 'JSON' }),
    changedAt: t.field({ type: 'DateTime', nullable: true, resolve: () => null }),
    changedBy: t.string({ nullable: true, resolve: () => null }),
  }),
})

const GraphChangeEdge = builder.objectRef<ListEdge<Difference>>('GraphChangeEdge')
GraphChangeEdge.implement({
  fields: (t) => ({
    cursor: cursorField(t),
    node: t.field({ type: GraphChange, resolve: ({ item }) => item }),
  }),
})

export const GraphChangeConnection = builder.objectRef<List<Difference>>('GraphChangeConnection')
GraphChangeConnection.implement({
  fields: (t) => ({
    edges: t.field({ type: [GraphChangeEdge], resolve: edgesOf }),
    pageInfo: pageInfoField(t),
  }),
})

/** A page of the differences in a report. @param of what they are differences of, for their cursors */
export function pageDifferences(
  differences: unknown,
  args: PageArguments,
  { cursorKey }: Context,
  of: readonly string[],
): List<Difference> {
  return pageArray(Array.isArray(differences) ? (differences as Difference[]) : [], args, cursorKey, of)
}
