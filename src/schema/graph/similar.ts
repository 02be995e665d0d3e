import type { SimilarFields, SimilarRecord } from '../../readers/walk-reader.ts'
import { wholeList } from '../../resolvers/list.ts'
import { builder } from '../base/builder.ts'
import { Entity } from './entity.ts'
import { entityFields } from './entity-fields.ts'
import { perSelection } from '../base/selection.ts'

export const SimilarityMeasure = builder.enumType('SimilarityMeasure', {
  values: ['SHARED_NEIGHBORS', 'SHARED_TAGS', 'TEXT', 'EMBEDDING'] as const,
})

export const SimilarEntity = builder.objectRef<SimilarRecord>('SimilarEntity')
SimilarEntity.implement({
  fields: (t) => ({
    entity: t.expose('entity', { type: Entity }),
    score: t.exposeFloat('score', {
      description: 'Jaccard index: the neighbors, or tags, that both have over those that either has.',
    }),
    shared: t.field({
      type: [Entity],
      description: 'The neighbors that both have, by slug; none where tags are compared.',
      resolve: ({ shared }) => wholeList(shared, 'shared neighbors'),
    }),
  }),
})

export const similarFields = perSelection((selection): SimilarFields => ({
  entity: entityFields(selection.of('entity')),
  shared: selection.has('shared') ? entityFields(selection.of('shared')) : null,
}))
