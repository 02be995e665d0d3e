import { checkFilter, type EntityFilter, type TraversalDirection } from '../../domain/graph/filter.ts'
import { hashJson } from '../../domain/hash.ts'
import { readSize } from '../../domain/paging/page.ts'
import {
  maximumSeeds,
  maximumSubgraphEdges,
  maximumSubgraphEntities,
  readSteps,
} from '../../domain/graph/walk-limits.ts'
import { AppError } from '../../errors.ts'
import { createFieldSet } from '../../readers/fields.ts'
import type { SubgraphFields, SubgraphRecord } from '../../readers/walk-reader.ts'
import { getEntity, type EntityLookupArgument } from '../entity.ts'
import type { ReadContext } from '../read-context.ts'

export interface SubgraphArgument {
  readonly seeds: readonly EntityLookupArgument[]
  readonly depth: number
  readonly direction: TraversalDirection
  readonly relations?: readonly string[] | null | undefined
  readonly where?: EntityFilter | null | undefined
  readonly include: 'WALKED' | 'INDUCED'
  readonly maxEntities: number
  readonly maxEdges: number
}

/** The surroundings of some entities, or the whole graph under a filter. Unknown seeds are ignored. */
export async function getSubgraph(
  context: ReadContext,
  input: SubgraphArgument,
  fields: SubgraphFields,
): Promise<SubgraphRecord> {
  const request = {
    depth: readSteps('input.depth', input.depth),
    direction: input.direction,
    relations: input.relations ?? null,
    where: checkFilter('input/where', input.where),
    include: input.include,
    maxEntities: readSize('input.maxEntities', input.maxEntities, maximumSubgraphEntities),
    maxEdges: readSize('input.maxEdges', input.maxEdges, maximumSubgraphEdges),
  }
  return context.reader.subgraph({ ...request, seeds: await findSeeds(context, input.seeds) }, fields)
}

const slugOnly = createFieldSet(['slug'] as const)

async function findSeeds(
  context: ReadContext,
  seeds: readonly EntityLookupArgument[],
): Promise<readonly string[] | null> {
  if (seeds.length === 0) return null
  if (seeds.length > maximumSeeds)
    throw new AppError(
      'BAD_REQUEST',
      `\`input.seeds\` has ${seeds.length} items; at most ${maximumSeeds} are allowed.`,
      { argument: 'input.seeds', maximum: maximumSeeds },
    )
  const found = await Promise.all(seeds.map(async (by) => getEntity(context, by, slugOnly)))
  return [...new Set(found.flatMap((entity) => entity?.slug ?? []))]
}

/**
 * SHA-256 over the canonical JSON of `{"edges": […], "entities": […]}`, the content hashes in list order:
 * equal content has equal hashes, wherever it is stored and however it was walked.
 */
export function hashSubgraph({ entities, edges }: SubgraphRecord): string {
  const hashesOf = (records: readonly { readonly contentHash: string }[]) =>
    records.map(({ contentHash }) => contentHash)
  return hashJson({ entities: hashesOf(entities), edges: hashesOf(edges) })
}
