import type {
  EntityFacetField as FacetField,
  EntityRecord,
  FacetBucket as Bucket,
} from '../../readers/graph-reader.ts'
import { listFacets, type EntityList } from '../../resolvers/entity.ts'
import { builder } from '../base/builder.ts'
import { connectionOf } from '../base/connection.ts'
import { Entity } from './entity.ts'
import { OrderDirection } from './filters.ts'

const EntityFacetField = builder.enumType('EntityFacetField', {
  values: ['KIND', 'DOMAIN', 'TAG', 'STATUS', 'SOURCE'] as const,
})

export const FacetBucket = builder.objectRef<Bucket>('FacetBucket')
FacetBucket.implement({
  fields: (t) => ({
    value: t.exposeString('value'),
    label: t.exposeString('label'),
    count: t.exposeInt('count'),
  }),
})

const EntityFacet = builder.objectRef<{ field: FacetField; buckets: readonly Bucket[] }>('EntityFacet')
EntityFacet.implement({
  fields: (t) => ({
    field: t.expose('field', { type: EntityFacetField }),
    buckets: t.expose('buckets', { type: [FacetBucket] }),
  }),
})

export function facetsField<Shape extends Pick<EntityList, 'facet'>>(
  t: PothosSchemaTypes.ObjectFieldBuilder<typeof builder.$inferSchemaTypes, Shape>,
) {
  return t.field({
    type: [EntityFacet],
    args: {
      by: t.arg({ type: [EntityFacetField], required: true }),
      limit: t.arg.int({ defaultValue: 20 }),
    },
    resolve: (list, { by, limit }) => listFacets(list, by, limit ?? 20),
  })
}

export const EntityConnection = connectionOf<EntityRecord, EntityList>(
  () => Entity,
  'EntityConnection',
  'EntityEdge',
)
builder.objectFields(EntityConnection, (t) => ({ facets: facetsField(t) }))

export const EntityLookup = builder.inputType('EntityLookup', {
  isOneOf: true,
  fields: (t) => ({ id: t.id(), slug: t.field({ type: 'Key' }), url: t.field({ type: 'URL' }) }),
})

const EntityOrderField = builder.enumType('EntityOrderField', {
  values: ['TITLE', 'SLUG', 'KIND', 'DOMAIN', 'CREATED_AT', 'UPDATED_AT', 'DEGREE', 'IMPORTANCE'] as const,
})
export const EntityOrder = builder.inputType('EntityOrder', {
  fields: (t) => ({
    field: t.field({ type: EntityOrderField, required: true }),
    direction: t.field({ type: OrderDirection, required: true, defaultValue: 'ASC' }),
  }),
})
