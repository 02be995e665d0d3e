import { createFieldSet } from '../../readers/fields.ts'
import type { EdgeField, EdgeFields } from '../../readers/graph-reader.ts'
import { entityFields } from './entity-fields.ts'
import { perSelection } from '../base/selection.ts'

/** Which field of the record each field of the type reads; its ends are read with it. */
const reads: Readonly<Record<string, EdgeField>> = {
  id: 'id',
  relation: 'relationKey',
  label: 'label',
  weight: 'weight',
  attributes: 'attributes',
  createdAt: 'createdAt',
  updatedAt: 'updatedAt',
  revision: 'revision',
  contentHash: 'contentHash',
  sources: 'id',
}

/** What must be read of an edge, and of its ends, to answer a selection on it. */
export const edgeFields = perSelection((selection): EdgeFields => ({
  ...createFieldSet(Object.entries(reads).flatMap(([field, read]) => (selection.has(field) ? [read] : []))),
  source: selection.has('source') ? entityFields(selection.of('source')) : null,
  target: selection.has('target') ? entityFields(selection.of('target')) : null,
}))
