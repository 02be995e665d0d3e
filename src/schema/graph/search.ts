import type { EntityRecord } from '../../readers/graph-reader.ts'
import type {
  Highlight as HighlightRecord,
  SearchFields,
  SearchHit,
  Suggestion as SuggestionRecord,
} from '../../readers/search-reader.ts'
import type { ListEdge } from '../../resolvers/list.ts'
import { search, suggest, type SearchList } from '../../resolvers/walks/search.ts'
import { builder } from '../base/builder.ts'
import {
  cursorField,
  edgesOf,
  forwardArguments,
  pageInfoField,
  totalCountField,
  wantedOf,
} from '../base/connection.ts'
import { cost, listSize, semanticNonNull, withDirectives } from '../base/directives.ts'
import { Entity } from './entity.ts'
import { facetsField } from './entity-connection.ts'
import { entityFields } from './entity-fields.ts'
import { EntityFilterInput } from './filters.ts'
import { MediaObject } from './media.ts'
import { perSelection, selectionOf } from '../base/selection.ts'
import { Workflow } from './workflow.ts'

const SearchMode = builder.enumType('SearchMode', {
  values: ['AUTO', 'LEXICAL', 'FUZZY', 'SEMANTIC', 'HYBRID'] as const,
})
const SearchTarget = builder.enumType('SearchTarget', { values: ['ENTITY', 'MEDIA', 'WORKFLOW'] as const })
const typeNames = { ENTITY: 'Entity', MEDIA: 'MediaObject', WORKFLOW: 'Workflow' } as const

type SearchNodeShape = SearchHit['node'] & { readonly typeName: (typeof typeNames)[SearchHit['target']] }
const SearchNode = builder.unionType('SearchNode', {
  types: () => [Entity, MediaObject, Workflow],
  resolveType: (node) => (node as SearchNodeShape).typeName,
})

const TextRange = builder.objectRef<HighlightRecord['ranges'][number]>('TextRange')
TextRange.implement({ fields: (t) => ({ start: t.exposeInt('start'), end: t.exposeInt('end') }) })

const Highlight = builder.objectRef<HighlightRecord>('Highlight')
Highlight.implement({
  fields: (t) => ({
    field: t.exposeString('field'),
    snippet: t.exposeString('snippet', { description: 'Plain text.' }),
    ranges: t.expose('ranges', { type: [TextRange], description: 'UTF-16 offsets into `snippet`.' }),
  }),
})

const SearchEdge = builder.objectRef<ListEdge<SearchHit>>('SearchEdge')
SearchEdge.implement({
  fields: (t) => ({
    cursor: cursorField(t),
    node: t.field({
      type: SearchNode,
      resolve: ({ item }): SearchNodeShape => ({ ...item.node, typeName: typeNames[item.target] }),
    }),
    score: t.float({ resolve: ({ item }) => item.score }),
    highlights: t.field({ type: [Highlight], resolve: ({ item }) => item.highlights }),
  }),
})

const SearchConnection = builder.objectRef<SearchList>('SearchConnection')
SearchConnection.implement({
  fields: (t) => ({
    edges: t.field({ type: [SearchEdge], resolve: edgesOf }),
    pageInfo: pageInfoField(t),
    totalCount: totalCountField(t),
    facets: facetsField(t),
    modeUsed: t.expose('modeUsed', {
      type: SearchMode,
      description: 'Mode in fact used; AUTO and HYBRID fall back to LEXICAL where no vector index exists.',
    }),
    didYouMean: t.string({
      nullable: true,
      description: 'Nearest known term if nothing matched.',
      resolve: (found) => found.didYouMean(),
    }),
  }),
})

const Suggestion = builder.objectRef<SuggestionRecord>('Suggestion')
Suggestion.implement({
  fields: (t) => ({
    text: t.exposeString('text'),
    entity: t.field({ type: Entity, nullable: true, resolve: ({ entity }): EntityRecord => entity }),
    score: t.exposeFloat('score'),
  }),
})

const searchFields = perSelection((selection): SearchFields => {
  const edges = selection.of('edges')
  return { entity: entityFields(edges.of('node')), withHighlights: edges.has('highlights') }
})

builder.queryFields((t) => ({
  search: t.field({
    type: SearchConnection,
    nullable: true,
    ...withDirectives(semanticNonNull, cost(5), listSize(['first'])),
    args: {
      query: t.arg.string({ required: true }),
      mode: t.arg({ type: SearchMode, required: true, defaultValue: 'AUTO' }),
      targets: t.arg({ type: [SearchTarget] }),
      where: t.arg({ type: EntityFilterInput }),
      ...forwardArguments,
    },
    resolve: (_, args, context, info) => {
      const selection = selectionOf(info)
      return search(context, args, wantedOf(selection), searchFields(selection))
    },
  }),
  suggest: t.field({
    type: [Suggestion],
    nullable: true,
    ...withDirectives(semanticNonNull),
    args: { prefix: t.arg.string({ required: true }), first: t.arg.int({ defaultValue: 8 }) },
    resolve: (_, { prefix, first }, context, info) =>
      suggest(context, prefix, first ?? 8, entityFields(selectionOf(info).of('entity'))),
  }),
}))
