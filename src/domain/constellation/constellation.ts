import { readEdges } from './edges.ts'
import type { Issue, Issues } from './item.ts'
import { readMedia } from './media.ts'
import { readNodes } from './nodes.ts'
import { readRuns, readSources } from './provenance.ts'
import { readVocabulary } from './vocabulary.ts'
import { readWorkflows } from './workflows.ts'
import type {
  DomainContent,
  EdgeContent,
  EntityContent,
  KindContent,
  MediaContent,
  RelationContent,
  RunContent,
  SourceContent,
  WorkflowContent,
} from '../graph/graph-content.ts'
import { isJsonObject, pointerTo } from '../json/value.ts'

/** A constellation payload in graph form, with everything that was refused or changed. */
export interface NormalizedConstellation {
  readonly entities: readonly EntityContent[]
  readonly edges: readonly EdgeContent[]
  readonly kinds: readonly KindContent[]
  readonly relations: readonly RelationContent[]
  readonly domains: readonly DomainContent[]
  /** Words used without a declaration; also among the others. */
  readonly undeclared: {
    readonly kinds: readonly KindContent[]
    readonly relations: readonly RelationContent[]
    readonly domains: readonly DomainContent[]
  }
  readonly media: readonly MediaContent[]
  readonly workflows: readonly WorkflowContent[]
  readonly runs: readonly RunContent[]
  readonly sources: readonly SourceContent[]
  /** JSON pointer of each entity's node, by slug. */
  readonly nodePointers: ReadonlyMap<string, string>
  readonly refused: readonly Issue[]
  readonly warnings: readonly Issue[]
}

const lists = ['nodes', 'edges', 'domains', 'kinds', 'relations', 'media', 'workflows', 'runs', 'sources']

/**
 * Normalizes a legacy payload `{ nodes, edges, domains }`, optionally with `kinds`, `relations`, `media`,
 * `workflows`, `runs` and `sources` (docs/data-model.md). Never throws: unusable items go to `refused` with
 * JSON pointer and reason, changed ones to `warnings`. Deterministic.
 * @example normalizeConstellation({ nodes: [{ id: 'Köln' }], edges: [] }).entities[0].slug // 'koln'
 */
export function normalizeConstellation(payload: unknown): NormalizedConstellation {
  const issues: Issues = { refused: [], warnings: [] }
  const given = isJsonObject(payload) ? payload : {}
  if (!isJsonObject(payload)) issues.refused.push({ pointer: '', reason: 'the payload is not an object' })
  for (const name of Object.keys(given)) {
    const isAlias = name === 'links' && given['edges'] === undefined
    if (lists.includes(name) || name === 'meta' || isAlias) continue
    issues.warnings.push({ pointer: pointerTo('', name), reason: 'is no list of the payload; not read' })
  }
  const vocabulary = readVocabulary(given, issues)
  const nodes = readNodes(given, vocabulary, issues)
  const edges = readEdges(given, vocabulary, nodes, issues)
  const media = readMedia(given, nodes, issues)
  const workflows = readWorkflows(given, nodes, media, issues)
  const runs = readRuns(given, issues)
  const sources = readSources(given, { nodes, edges, vocabulary, runs }, issues)
  return {
    entities: nodes.entities,
    edges: edges.edges,
    kinds: vocabulary.kinds.all(),
    relations: vocabulary.relations.all(),
    domains: vocabulary.domains.all(),
    undeclared: {
      kinds: vocabulary.kinds.undeclared(),
      relations: vocabulary.relations.undeclared(),
      domains: vocabulary.domains.undeclared(),
    },
    media,
    workflows,
    runs,
    sources,
    nodePointers: nodes.pointers,
    ...issues,
  }
}
