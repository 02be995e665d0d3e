import { createFieldSet } from '../readers/fields.ts'
import type { EdgeField, EdgeFields } from '../readers/graph-reader.ts'
import { entityFields } from './entity-fields.ts'
import { perSelection } from './selection.ts'

const own: readonly EdgeField[] = [
  'label',
  'weight',
  'attributes',
  'createdAt',
  'updatedAt',
  'revision',
  'contentHash',
]

/** What must be read of an edge, and of its ends, to answer a selection on it. */
export const edgeFields = perSelection((selection): EdgeFields => ({
  ...createFieldSet(own.filter((field) => selection.has(field))),
  source: selection.has('source') ? entityFields(selection.of('source')) : null,
  target: selection.has('target') ? entityFields(selection.of('target')) : null,
}))
