import { readSize } from '../../domain/paging/page.ts'
import { AppError } from '../../errors.ts'
import type { MaybePromise } from '../../readers/record.ts'
import type { SimilarFields, SimilarityMeasure, SimilarRecord } from '../../readers/walk-reader.ts'
import type { ReadContext } from '../read-context.ts'

const missing = {
  TEXT: 'a text similarity index',
  EMBEDDING: 'entity embeddings',
} as const

/** Similar entities, best first; throws BAD_REQUEST for an unavailable measure. */
export function listSimilar(
  { reader }: ReadContext,
  slug: string,
  by: SimilarityMeasure | keyof typeof missing,
  first: number,
  fields: SimilarFields,
): MaybePromise<readonly SimilarRecord[]> {
  if (by === 'TEXT' || by === 'EMBEDDING')
    throw new AppError(
      'BAD_REQUEST',
      `\`by: ${by}\` needs ${missing[by]}, which this server does not have; ask for SHARED_NEIGHBORS or SHARED_TAGS.`,
      { argument: 'by' },
    )
  return reader.similarTo(slug, by, readSize('first', first), fields)
}
