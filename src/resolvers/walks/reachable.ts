import { listFingerprint, type CursorKey } from '../../domain/paging/cursor.ts'
import { checkFilter, type EntityFilter, type TraversalDirection } from '../../domain/graph/filter.ts'
import { readPageRequest, type PageArguments } from '../../domain/paging/page.ts'
import { readSteps } from '../../domain/graph/walk-limits.ts'
import { AppError } from '../../errors.ts'
import type { MaybePromise } from '../../readers/record.ts'
import type { ReachableFields, ReachableRecord, ReachableSize } from '../../readers/walk-reader.ts'
import { createList, map, type List, type Wanted } from '../list.ts'
import { past, type ReadContext } from '../read-context.ts'

export interface ReachableArguments extends Pick<PageArguments, 'first' | 'after'> {
  readonly direction: TraversalDirection
  readonly relations?: readonly string[] | null | undefined
  readonly where?: EntityFilter | null | undefined
  readonly minDepth: number
  readonly maxDepth: number
}

/** Everything within some steps of an entity, and whether a limit stopped the walk. */
export type ReachableList = List<ReachableRecord> & { readonly size: () => MaybePromise<ReachableSize> }

export function readReach(cursorKey: CursorKey, args: ReachableArguments, name = 'reachable') {
  const reach = {
    direction: args.direction,
    relations: args.relations ?? null,
    where: checkFilter('where', args.where),
    minDepth: readSteps('minDepth', args.minDepth),
    maxDepth: readSteps('maxDepth', args.maxDepth),
  }
  if (reach.minDepth > reach.maxDepth)
    throw new AppError(
      'BAD_REQUEST',
      `\`minDepth\` is ${reach.minDepth}; ask for no more than \`maxDepth\`, which is ${reach.maxDepth}.`,
      { argument: 'minDepth' },
    )
  const fingerprint = listFingerprint(name, reach)
  const page = readPageRequest(args, { key: cursorKey, fingerprint, length: 2 })
  return { reach, page, fingerprint }
}

/** Everything within some steps of an entity, by depth, then slug. */
export function listReachable(
  { reader, cursorKey }: ReadContext,
  slug: string,
  args: ReachableArguments,
  wanted: Wanted,
  fields: ReachableFields,
): MaybePromise<ReachableList> {
  const { reach, page, fingerprint } = readReach(cursorKey, args, past(reader, 'reachable'))
  const size = () => reader.sizeOfReachable(slug, reach)
  return createList(
    wanted,
    fingerprint,
    () => reader.reachableFrom(slug, { reach, page, fields, withPositions: wanted.positions }),
    () => map(size(), ({ count }) => count),
    { size },
  )
}
