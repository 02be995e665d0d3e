import { z } from 'zod'
import type { StorageBackend } from '../config.ts'
import { InvalidContentError } from '../domain/constellation/content-issue.ts'
import { hashJson } from '../domain/hash.ts'
import { isJsonObject, type JsonObject } from '../domain/json/value.ts'
import { parseJson } from '../domain/json/parse.ts'
import { parseMoment } from '../domain/timestamp.ts'
import { StorageUnavailableError, type ContentVersion, type ContentVersionHead } from './content-driver.ts'

/** A version without its state, as the file and blob drivers store it. */
export const headSchema = z.object({
  version: z.int().min(1),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  note: z.string().nullable(),
  createdAt: z.string().refine((text) => parseMoment(text) === text, 'not a UTC timestamp with six digits'),
  createdBy: z.string(),
  restoredFrom: z.int().min(1).nullable(),
})

/** Parses a document; throws if it is not a JSON object, or one that JavaScript would alter. */
export function readDocument(text: string, backend: StorageBackend, where: string): JsonObject {
  try {
    const value = parseJson(text)
    if (isJsonObject(value)) return value
  } catch (error) {
    if (!(error instanceof InvalidContentError)) throw error
    throw new StorageUnavailableError(backend, `${where} cannot be read: ${error.message}`, error)
  }
  throw new StorageUnavailableError(backend, `${where} is not a JSON object; it is foreign or damaged.`)
}

/** Validates a document; see {@link readDocument}. */
export function readFields<Output>(
  schema: z.ZodType<Output>,
  document: JsonObject,
  backend: StorageBackend,
  where: string,
): Output {
  const parsed = schema.safeParse(document)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
  throw new StorageUnavailableError(backend, `${where} is not a document of content states (${problems}).`)
}

/** Verifies a state against its stored hash. */
export function checkState(
  state: unknown,
  head: ContentVersionHead,
  backend: StorageBackend,
  where: string,
): ContentVersion {
  if (!isJsonObject(state) || hashJson(state) !== head.hash)
    throw new StorageUnavailableError(
      backend,
      `${where} does not hold the state of version ${head.version}: its hash differs. It was changed or damaged.`,
    )
  return { ...head, state }
}

export function headOf({ state: _state, ...head }: ContentVersion): ContentVersionHead {
  return head
}

/** Zero-padded, so that names sort numerically. */
export function padVersion(version: number): string {
  return String(version).padStart(10, '0')
}

/** The version numbers of one page of a history from 1 to `last` without gaps. */
export function versionsOfPage(
  last: number,
  page: { before?: number | undefined; after?: number | undefined; limit: number; order: string },
): number[] {
  const lowest = Math.max(1, (page.after ?? 0) + 1)
  const highest = Math.min(last, (page.before ?? last + 1) - 1)
  const length = Math.max(0, Math.min(page.limit, highest - lowest + 1))
  return Array.from({ length }, (_, index) =>
    page.order === 'newest-first' ? highest - index : lowest + index,
  )
}
