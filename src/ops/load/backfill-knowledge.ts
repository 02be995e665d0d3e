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

/** What the backfill did; JSON-safe. Pointers are from the content state's root. */
export interface BackfillReport {
  readonly counts: GraphCounts
  /** What was not taken, each with the reason. */
  readonly refused: readonly Issue[]
  /** What was taken, but not quite as it stood. */
  readonly warnings: readonly Issue[]
  /** SHA-256 over the canonical JSON of the constellation payload (over its plain JSON if it has no canonical form). */
  readonly payloadHash: string
}

export interface BackfillOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: WriteProgress | undefined
}

/** Key of the provenance run of everything that the payload gives no source for. */
export const backfillRunKey = 'backfill/constellation'
/** URI of the source of such an entity; the locator finds its node in the state. */
export const contentStateUri = 'urn:knowledge-backbone:content-state'

/**
 * Takes the constellation payload of a content state over into the kb_* tables: normalised, then written set by set.
 * Entities without a source of their own get the content state as one. Run again, it changes nothing; what the payload
 * no longer holds stays in the graph.
 *
 * @param client a client inside a transaction; a dry run rolls it back.
 * @throws AppError BAD_REQUEST if the state has no constellation.
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
      'The content state has no member `constellation`, so there is nothing to take over.',
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

/** A word that the payload uses and does not declare takes the place of what the graph says of it. */
async function warnOfReplaced(client: ClientBase, { undeclared }: NormalizedConstellation): Promise<Issue[]> {
  const issues: Issue[] = []
  for (const list of ['kinds', 'relations', 'domains'] as const)
    for (const key of await findReplacedWords(client, list, undeclared[list]))
      issues.push({
        pointer: `/${list}`,
        reason: `does not declare \`${key}\`, so what the graph says of it beside its key is replaced; declare it to keep that`,
      })
  return issues
}

/** A payload with one bad item has no canonical form; the rest is still worth taking over, under the hash of its text. */
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
      // By id, not by index: a node that moves in its list is still the same source.
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
