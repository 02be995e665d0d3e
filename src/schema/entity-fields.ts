import { createFieldSet } from '../readers/fields.ts'
import type { EntityField } from '../readers/graph-reader.ts'
import { perSelection } from './selection.ts'

/** Which fields of the record a field of the type reads, where the names differ. */
const reads: Readonly<Record<string, EntityField>> = {
  kind: 'kindKey',
  domain: 'domainKey',
  attribute: 'attributes',
}
const own: readonly EntityField[] = [
  'title',
  'summary',
  'url',
  'status',
  'attributes',
  'tags',
  'createdAt',
  'updatedAt',
  'revision',
  'contentHash',
]

/** What must be read of an entity to answer a selection on it. */
export const entityFields = perSelection((selection) =>
  createFieldSet<EntityField>([
    ...own.filter((field) => selection.has(field)),
    ...Object.entries(reads).flatMap(([field, read]) => (selection.has(field) ? [read] : [])),
  ]),
)
