import { hash } from 'node:crypto'
import type { ClientBase, Pool } from 'pg'
import pg from 'pg'
import type { Sql } from 'sql-template-tag'
import { toRfc3339 } from '../../../domain/timestamp.ts'
import { AppError } from '../../../errors.ts'
import { inView, publicView, type View } from './view.ts'

/** One executed statement, for tests, the slow-query log and the benchmark. */
export interface StatementEvent {
  readonly text: string
  readonly rowCount: number
  readonly milliseconds: number
}

export type RunStatement = <Row>(statement: Sql) => Promise<Row[]>

const { TIMESTAMPTZ, INT8 } = pg.types.builtins
const types: pg.CustomTypesConfig = {
  getTypeParser(oid, format) {
    if (oid === TIMESTAMPTZ) return toRfc3339
    if (oid === INT8) return Number
    return pg.types.getTypeParser(oid, format) as (text: string) => unknown
  },
}

/** pg would silently store U+FFFD for a lone surrogate. */
function checkText(value: unknown): void {
  if (typeof value === 'string') {
    if (value.includes('\0'))
      throw new AppError('BAD_REQUEST', 'A text contains the character U+0000; remove it.')
    if (!value.isWellFormed())
      throw new AppError('BAD_REQUEST', 'A text is not well-formed Unicode (a lone surrogate); correct it.')
  } else if (Array.isArray(value)) value.forEach(checkText)
}

/** Prepared statements nearly halve short ones. Clients can produce unlimited shapes, so only repeated texts get a name. */
function createStatementNames(limit = 400, worthNaming = 3): (text: string) => string | undefined {
  const names = new Map<string, string>()
  let seen = new Map<string, number>()
  return (text) => {
    const name = names.get(text)
    if (name !== undefined) return name
    if (names.size >= limit) return undefined
    if (seen.size > limit) seen = new Map()
    const times = (seen.get(text) ?? 0) + 1
    seen.set(text, times)
    if (times < worthNaming) return undefined
    const made = `kb_${hash('sha256', text, 'base64url').slice(0, 20)}`
    names.set(text, made)
    return made
  }
}

/**
 * The seam between the reader and Postgres: prepared statements, timestamps with all digits, bigint counts as numbers.
 * @throws AppError BAD_REQUEST for a text that Postgres cannot store
 */
export function createRunStatement(
  pool: Pick<ClientBase | Pool, 'query'>,
  observe?: (event: StatementEvent) => void,
  view: View = publicView,
): RunStatement {
  const nameOf = createStatementNames()
  return async <Row>(statement: Sql) => {
    const { text, values } = inView(view, statement)
    values.forEach(checkText)
    const name = nameOf(text)
    const started = observe && performance.now()
    const result = await pool.query({ text, values, types, ...(name !== undefined && { name }) })
    if (started !== undefined)
      observe?.({ text, rowCount: result.rows.length, milliseconds: performance.now() - started })
    return result.rows as Row[]
  }
}
