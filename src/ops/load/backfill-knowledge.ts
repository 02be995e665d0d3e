import type { ClientBase } from 'pg'
import type { GraphCounts } from '../../database/graph/counts.ts'
import { writeGraph } from '../../database/graph/writer.ts'
import { findReplacedWords } from '../../database/schema/replaced-words.ts'
import type { WriteProgress } from '../../database/graph/writer-context.ts'
import type { Issue } from '../../domain/constellation/item.ts'
import {
  normalizeConstellation,
  type NormalizedConstellation,
} from '../../domain/constellation/constellation.ts'
import type { RunContent, SourceContent } from '../../domain/graph/graph-content.ts'
import { hashJson, sha256Hex } from '../../domain/hash.ts'
import { findJsonFault, type JsonObject, type JsonValue } from '../../domain/json/value.ts'
import { AppError } from '../../errors.ts'

/** What the backfill did; JSON-safe. Pointers start at the content state's root. */
export interface BackfillReport {
  readonly counts: GraphCounts
  readonly refused: readonly Issue[]
  readonly warnings: readonly Issue[]
  /** SHA-256 of the payload's canonical JSON, or of its plain JSON if it has no canonical form. */
  readonly payloadHash: string
}

export interface BackfillOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: WriteProgress | undefined
}

/** Key of the provenance run for everything that has no source in the payload. */
export const backfillRunKey = 'backfill/constellation'
/** URI of the source given to those entities; the locator points at the node in the state. */
export const contentStateUri = 'urn:knowledge-backbone:content-state'

/**
 * Imports the constellation payload of a content state into the kb_* tables. Idempotent; entities that the
 * payload no longer contains stay in the graph.
 * @param client a client inside a transaction; a dry run rolls it back
 * @throws AppError BAD_REQUEST if the state has no constellation
 */
export async function backfillKnowledge(
  client: ClientBase,
  state: JsonObject,
  options: BackfillOptions = {},
): Promise<BackfillReport> {
  const payload = state['constellation']
  if (payload === undefined) {
    throw new AppError(
      'BAD_REQUEST',
      'The content state has no member `constellation`, so there is nothing to import.',
    )
  }
  const graph = normalizeConstellation(payload)
  const replaced = await warnOfReplaced(client, graph)
  const payloadHash = hashPayload(payload)
  const ownSources = sourcesOfContentState(graph)
  const runs = ownSources.length === 0 ? graph.runs : [...graph.runs, backfillRun(payloadHash)]
  const counts = await writeGraph(
    { client, ...options },
    { ...graph, runs, sources: [...graph.sources, ...ownSources] },
  )
  return {
    counts,
    refused: graph.refused.map(fromRoot),
    warnings: [...graph.warnings, ...replaced].map(fromRoot),
    payloadHash,
  }
}

async function warnOfReplaced(client: ClientBase, { undeclared }: NormalizedConstellation): Promise<Issue[]> {
  const issues: Issue[] = []
  for (const list of ['kinds', 'relations', 'domains'] as const)
    for (const key of await findReplacedWords(client, list, undeclared[list]))
      issues.push({
        pointer: `/${list}`,
        reason: `does not declare \`${key}\`, so its details in the graph are replaced; declare it to keep them`,
      })
  return issues
}

/**
 * A payload with one bad item has no canonical form but is still worth importing, so hash its text instead.
 */
export function hashPayload(payload: JsonValue): string {
  return findJsonFault(payload, { allowNul: true }) === null
    ? hashJson(payload)
    : sha256Hex(JSON.stringify(payload))
}

function backfillRun(payloadHash: string): RunContent {
  return {
    key: backfillRunKey,
    tool: 'backfill-knowledge',
    toolVersion: null,
    agent: 'knowledge-backbone',
    gitCommit: null,
    inputHash: payloadHash,
    outputHash: null,
    parameters: null,
  }
}

function sourcesOfContentState(graph: NormalizedConstellation): SourceContent[] {
  const sourced = new Set(graph.sources.map(({ subject }) => ('entity' in subject ? subject.entity : null)))
  return graph.entities
    .filter(({ slug }) => !sourced.has(slug))
    .map(({ slug, attributes }) => ({
      subject: { entity: slug },
      run: backfillRunKey,
      uri: contentStateUri,
      title: 'Content state',
      retrievedAt: null,
      documentHash: null,
      license: null,
      // By id, not by index: a node that moves within its list keeps its source.
      locator: `$.constellation.nodes[?(@.id==${JSON.stringify(attributes['legacyId'] ?? slug)})]`,
      excerpt: null,
      supports: [],
      confidence: null,
      rank: 'NORMAL' as const,
    }))
}

function fromRoot({ pointer, reason }: Issue): Issue {
  return { pointer: `/constellation${pointer}`, reason }
}
