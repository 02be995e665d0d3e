import type { CursorKey } from '../domain/paging/cursor.ts'
import type { Reader } from '../readers/reader.ts'

/** What a resolver of a public read needs of the request's context. */
export interface ReadContext {
  readonly reader: Reader
  readonly cursorKey: CursorKey
}

/** The name of a list in its cursors: of the past it says which, so that no cursor leads from one time into another. */
export function past({ moment }: Reader, list: string): string {
  return moment === undefined ? list : `${list} ${moment}`
}
