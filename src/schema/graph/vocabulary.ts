import type { TagCount as TagCountRecord } from '../../readers/vocabulary-reader.ts'
import { readSize } from '../../domain/paging/page.ts'
import type { MaybePromise } from '../../readers/record.ts'
import type { Reader } from '../../readers/reader.ts'
import { readAsOf } from '../../resolvers/as-of.ts'
import { GraphRef } from './as-of.ts'
import { builder } from '../base/builder.ts'
import { semanticNonNull, withDirectives } from '../base/directives.ts'

// Terms carry only their key; the rest is read if selected.
interface Keyed {
  readonly key: string
  /** The reader that counts, if not the request's own. */
  readonly via?: Reader | undefined
}

export const EntityKind = builder.objectRef<Keyed>('EntityKind')
EntityKind.implement({
  fields: (t) => ({
    key: t.expose('key', { type: 'Key' }),
    label: t.string({ resolve: async ({ key }, _, { reader }) => (await reader.kind(key)).label }),
    description: t.string({
      nullable: true,
      resolve: async ({ key }, _, { reader }) => (await reader.kind(key)).description,
    }),
    iri: t.field({
      type: 'URL',
      nullable: true,
      description: 'schema.org (or other) class for JSON-LD.',
      resolve: async ({ key }, _, { reader }) => (await reader.kind(key)).iri,
    }),
    attributeSchema: t.field({
      type: 'JSON',
      nullable: true,
      description: 'JSON Schema of `attributes` for this kind.',
      resolve: async ({ key }, _, { reader }) => (await reader.kind(key)).attributeSchema,
    }),
    count: t.int({ resolve: ({ key, via }, _, { reader }) => (via ?? reader).countOfKind(key) }),
  }),
})

export const Relation = builder.objectRef<Keyed>('Relation')
Relation.implement({
  fields: (t) => ({
    key: t.expose('key', { type: 'Key' }),
    label: t.string({ resolve: async ({ key }, _, { reader }) => (await reader.relation(key)).label }),
    inverseLabel: t.string({
      nullable: true,
      description: 'Label when read from target to source, for example `written by` for `wrote`.',
      resolve: async ({ key }, _, { reader }) => (await reader.relation(key)).inverseLabel,
    }),
    description: t.string({
      nullable: true,
      resolve: async ({ key }, _, { reader }) => (await reader.relation(key)).description,
    }),
    isSymmetric: t.boolean({
      description: 'True if direction carries no meaning (`related-to`); traversal then ignores direction.',
      resolve: async ({ key }, _, { reader }) => (await reader.relation(key)).isSymmetric,
    }),
    iri: t.field({
      type: 'URL',
      nullable: true,
      resolve: async ({ key }, _, { reader }) => (await reader.relation(key)).iri,
    }),
    sourceKinds: t.field({
      type: ['Key'],
      resolve: async ({ key }, _, { reader }) => (await reader.relation(key)).sourceKinds,
    }),
    targetKinds: t.field({
      type: ['Key'],
      resolve: async ({ key }, _, { reader }) => (await reader.relation(key)).targetKinds,
    }),
    count: t.int({ resolve: ({ key, via }, _, { reader }) => (via ?? reader).countOfRelation(key) }),
  }),
})

export const Domain = builder.objectRef<Keyed>('Domain')
Domain.implement({
  fields: (t) => ({
    key: t.expose('key', { type: 'Key' }),
    label: t.string({ resolve: async ({ key }, _, { reader }) => (await reader.domain(key)).label }),
    color: t.string({
      nullable: true,
      resolve: async ({ key }, _, { reader }) => (await reader.domain(key)).color,
    }),
    count: t.int({ resolve: ({ key, via }, _, { reader }) => (via ?? reader).countOfDomain(key) }),
  }),
})

const TagCount = builder.objectRef<TagCountRecord>('TagCount')
TagCount.implement({
  fields: (t) => ({ tag: t.exposeString('tag'), count: t.exposeInt('count') }),
})

const Vocabulary = builder.objectRef<{ readonly via: Reader }>('Vocabulary')
Vocabulary.implement({
  description:
    'What is in the graph: kinds, relations, domains and tags, with counts. Data, not schema: a new kind is no API change.',
  fields: (t) => ({
    entityKinds: t.field({ type: [EntityKind], resolve: ({ via }) => counted(via, via.kinds()) }),
    relations: t.field({ type: [Relation], resolve: ({ via }) => counted(via, via.relations()) }),
    domains: t.field({ type: [Domain], resolve: ({ via }) => counted(via, via.domains()) }),
    tags: t.field({
      type: [TagCount],
      args: { startsWith: t.arg.string(), first: t.arg.int({ defaultValue: 50 }) },
      resolve: ({ via }, { startsWith, first }) =>
        via.tags(startsWith ?? null, readSize('first', first ?? 50)),
    }),
  }),
})

/** Terms whose uses are counted by the reader they came from. */
async function counted(via: Reader, terms: MaybePromise<readonly Keyed[]>): Promise<Keyed[]> {
  return (await terms).map((term) => ({ ...term, via }))
}

builder.queryFields((t) => ({
  vocabulary: t.field({
    type: Vocabulary,
    nullable: true,
    ...withDirectives(semanticNonNull),
    args: { asOf: t.arg({ type: GraphRef }) },
    resolve: (_, { asOf }, context) => readAsOf(context, asOf, ({ reader }) => ({ via: reader })),
  }),
}))
