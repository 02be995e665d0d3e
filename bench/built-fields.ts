import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSchema, isObjectType } from 'graphql'

const schema = buildSchema(readFileSync(join(import.meta.dirname, '..', 'schema.graphql'), 'utf8'), {
  assumeValid: true,
})

/** Whether the API of this version has the field. */
export function isBuilt(type: string, field: string): boolean {
  const found = schema.getType(type)
  return isObjectType(found) && field in found.getFields()
}
