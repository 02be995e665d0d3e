import { createFieldSet } from '../../readers/fields.ts'
import type { EdgeField, EdgeFields } from '../../readers/graph-reader.ts'
import { entityFields } from './entity-fields.ts'
import { perSelection } from '../base/selection.ts'

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

/** The columns of an edge and its ends that a selection needs. */
export const edgeFields = perSelection((selection): EdgeFields => ({
  ...createFieldSet(Object.entries(reads).flatMap(([field, read]) => (selection.has(field) ? [read] : []))),
  source: selection.has('source') ? entityFields(selection.of('source')) : null,
  target: selection.has('target') ? entityFields(selection.of('target')) : null,
}))
