import { ColumnTypeEnum } from '@prisma/driver-adapter-utils'
import pg from 'pg'

// The catalog's own type "char" (one byte, oid 18) is not known to @prisma/adapter-pg, which refuses the row.
// Called text it gets through, but then the engine panics where it expects a character. So it travels as text
// and is given its true type on the way into the engine.
const internalChar = 18
const text = 25
const charColumns = new WeakMap()

/** A pg client that lets "char" columns pass through the adapter, and remembers which they were. */
export class CatalogClient extends pg.Client {
  query(config, values, callback) {
    const done = typeof values === 'function' ? values : callback
    const promise = super.query(config, done === values ? undefined : values).then(disguiseChars)
    if (done === undefined) return promise
    return void promise.then((result) => done(null, result), done)
  }
}

function disguiseChars(result) {
  const fields = result.fields ?? []
  const indexes = fields.flatMap((field, index) => (field.dataTypeID === internalChar ? [index] : []))
  for (const index of indexes) fields[index].dataTypeID = text
  if (indexes.length > 0) charColumns.set(result.rows, indexes)
  return result
}

/** Gives the "char" columns of a driver adapter's answers the type the engine expects. */
export function withCharColumns(queryable) {
  const queryRaw = queryable.queryRaw.bind(queryable)
  queryable.queryRaw = async (query) => {
    const result = await queryRaw(query)
    for (const index of charColumns.get(result.rows) ?? []) {
      result.columnTypes[index] = ColumnTypeEnum.Character
      for (const row of result.rows) if (row[index] === '') row[index] = '\0' // as libpq gives an empty one
    }
    return result
  }
  return queryable
}
