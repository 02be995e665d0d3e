import type { CursorKey } from '../domain/paging/cursor.ts'
import type { Reader } from '../readers/reader.ts'

export interface ReadContext {
  readonly reader: Reader
  readonly cursorKey: CursorKey
}

/** A list's name in its cursors. Includes the moment of a past read, so that a cursor cannot cross times. */
export function past({ moment }: Reader, list: string): string {
  return moment === undefined ? list : `${list} ${moment}`
}
