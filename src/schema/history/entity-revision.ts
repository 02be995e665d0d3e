import { encodeGlobalId } from '../../domain/graph/global-id.ts'
import type { RevisionRecord } from '../../readers/change-reader.ts'
import { patchOf } from '../../resolvers/change.ts'
import { getEntity } from '../../resolvers/entity.ts'
import { getProvenanceRun } from '../../resolvers/provenance.ts'
import { builder } from '../base/builder.ts'
import { connectionOf } from '../base/connection.ts'
import { Entity } from '../graph/entity.ts'
import { entityFields } from '../graph/entity-fields.ts'
import { globalId, Node } from '../base/node.ts'
import { ProvenanceRun } from '../graph/provenance.ts'
import { selectionOf } from '../base/selection.ts'

export const EntityRevision = builder.objectRef<RevisionRecord>('EntityRevision')
EntityRevision.implement({
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ resolve: globalId('EntityRevision') }),
    revision: t.exposeInt('revision'),
    entity: t.field({
      type: Entity,
      nullable: true,
      resolve: ({ entityId }, _, context, info) =>
        getEntity(context, { id: encodeGlobalId('Entity', entityId) }, entityFields(selectionOf(info))),
    }),
    state: t.field({ type: 'JSON', description: 'The entity as it was.', resolve: ({ state }) => state }),
    patch: t.field({
      type: 'JSON',
      description: 'RFC 6902 JSON Patch from the one before.',
      resolve: ({ before, state }) => patchOf(before, state),
    }),
    changedAt: t.expose('changedAt', { type: 'DateTime' }),
    changedBy: t.exposeString('changedBy', { nullable: true, description: 'Not told to the public.' }),
    run: t.field({
      type: ProvenanceRun,
      nullable: true,
      resolve: ({ runId }, _, context) =>
        runId === null ? null : getProvenanceRun(context, { id: encodeGlobalId('ProvenanceRun', runId) }),
    }),
  }),
})

export const EntityRevisionConnection = connectionOf(
  () => EntityRevision,
  'EntityRevisionConnection',
  'EntityRevisionEdge',
)
