import type { CursorKey } from '../domain/cursor.ts'
import type { Reader } from '../readers/reader.ts'

/** What a resolver of a public read needs of the request's context. */
export interface ReadContext {
  readonly reader: Reader
  readonly cursorKey: CursorKey
}
