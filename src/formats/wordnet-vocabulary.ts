import type { DomainContent, KindContent, RelationContent } from '../domain/graph/graph-content.ts'
import type { PartOfSpeech } from './wordnet-files.ts'

export const wordNetKinds: Readonly<Record<PartOfSpeech, KindContent>> = {
  noun: kind('noun', 'Noun'),
  verb: kind('verb', 'Verb'),
  adj: kind('adjective', 'Adjective'),
  adv: kind('adverb', 'Adverb'),
}

function kind(key: string, label: string): KindContent {
  return { key, label, description: `A set of ${key}s that mean the same.`, iri: null, attributeSchema: null }
}

/** The relation of each pointer symbol, as defined in `wninput(5WN)`. */
export const wordNetRelations: Readonly<Record<string, RelationContent>> = {
  '@': relation('hypernym', 'is a kind of', 'has kind'),
  '~': relation('hyponym', 'has kind', 'is a kind of'),
  '@i': relation('instance_hypernym', 'is an instance of', 'has instance'),
  '~i': relation('instance_hyponym', 'has instance', 'is an instance of'),
  '#m': relation('member_holonym', 'is a member of', 'has member'),
  '#s': relation('substance_holonym', 'is a substance of', 'has substance'),
  '#p': relation('part_holonym', 'is a part of', 'has part'),
  '%m': relation('member_meronym', 'has member', 'is a member of'),
  '%s': relation('substance_meronym', 'has substance', 'is a substance of'),
  '%p': relation('part_meronym', 'has part', 'is a part of'),
  '!': relation('antonym', 'is the opposite of', null),
  '&': relation('similar_to', 'is similar to', null),
  '^': relation('also_see', 'see also', 'is referred to by'),
  '+': relation('derivationally_related', 'is derivationally related to', 'is derivationally related to'),
  '\\': relation('pertainym', 'pertains to', 'has pertaining word'),
  '<': relation('participle_of', 'is a participle of', 'has participle'),
  '=': relation('attribute', 'is an attribute of or has the value', 'has attribute or is a value of'),
  '*': relation('entailment', 'entails', 'is entailed by'),
  '>': relation('cause', 'causes', 'is caused by'),
  $: relation('verb_group', 'is in a verb group with', 'is in a verb group with'),
  ';c': relation('domain_topic', 'belongs to the topic', 'is the topic of'),
  '-c': relation('has_domain_topic', 'is the topic of', 'belongs to the topic'),
  ';r': relation('domain_region', 'is used in the region', 'is the region of'),
  '-r': relation('has_domain_region', 'is the region of', 'is used in the region'),
  ';u': relation('domain_usage', 'is an example of the usage', 'is the usage of'),
  '-u': relation('has_domain_usage', 'is the usage of', 'is an example of the usage'),
}

/** No inverse label: direction carries no meaning. */
function relation(key: string, label: string, inverseLabel: string | null): RelationContent {
  const isSymmetric = inverseLabel === null
  return {
    key,
    label,
    inverseLabel,
    description: null,
    isSymmetric,
    iri: null,
    sourceKinds: [],
    targetKinds: [],
  }
}

export const wordNetDomains: readonly DomainContent[] = [
  domain('things', 'Things made', '#8d6e63', 0),
  domain('nature', 'Nature', '#2f7d4f', 1),
  domain('body', 'Body and food', '#d81b60', 2),
  domain('people', 'People and society', '#1e88e5', 3),
  domain('mind', 'Mind and feeling', '#8e24aa', 4),
  domain('communication', 'Communication', '#00897b', 5),
  domain('action', 'Actions and events', '#f4511e', 6),
  domain('measure', 'Space, time and quantity', '#546e7a', 7),
  domain('quality', 'Qualities and states', '#c28a1a', 8),
]

function domain(key: string, label: string, color: string, position: number): DomainContent {
  return { key, label, color, position }
}

/** Name and domain of the lexicographer files, by their number in `lexnames(5WN)`. */
export const lexicographerFiles: readonly (readonly [name: string, domain: string])[] = [
  ['adj.all', 'quality'],
  ['adj.pert', 'quality'],
  ['adv.all', 'quality'],
  ['noun.tops', 'quality'],
  ['noun.act', 'action'],
  ['noun.animal', 'nature'],
  ['noun.artifact', 'things'],
  ['noun.attribute', 'quality'],
  ['noun.body', 'body'],
  ['noun.cognition', 'mind'],
  ['noun.communication', 'communication'],
  ['noun.event', 'action'],
  ['noun.feeling', 'mind'],
  ['noun.food', 'body'],
  ['noun.group', 'people'],
  ['noun.location', 'measure'],
  ['noun.motive', 'mind'],
  ['noun.object', 'nature'],
  ['noun.person', 'people'],
  ['noun.phenomenon', 'nature'],
  ['noun.plant', 'nature'],
  ['noun.possession', 'people'],
  ['noun.process', 'action'],
  ['noun.quantity', 'measure'],
  ['noun.relation', 'quality'],
  ['noun.shape', 'measure'],
  ['noun.state', 'quality'],
  ['noun.substance', 'nature'],
  ['noun.time', 'measure'],
  ['verb.body', 'body'],
  ['verb.change', 'action'],
  ['verb.cognition', 'mind'],
  ['verb.communication', 'communication'],
  ['verb.competition', 'people'],
  ['verb.consumption', 'body'],
  ['verb.contact', 'action'],
  ['verb.creation', 'action'],
  ['verb.emotion', 'mind'],
  ['verb.motion', 'action'],
  ['verb.perception', 'mind'],
  ['verb.possession', 'people'],
  ['verb.social', 'people'],
  ['verb.stative', 'quality'],
  ['verb.weather', 'nature'],
  ['adj.ppl', 'quality'],
]
