import { createFieldSet } from '../../readers/fields.ts'
import type { EntityField } from '../../readers/graph-reader.ts'
import { perSelection } from '../base/selection.ts'

const reads: Readonly<Record<string, EntityField>> = {
  id: 'id',
  slug: 'slug',
  kind: 'kindKey',
  domain: 'domainKey',
  title: 'title',
  summary: 'summary',
  url: 'url',
  status: 'status',
  tags: 'tags',
  attributes: 'attributes',
  attribute: 'attributes',
  createdAt: 'createdAt',
  updatedAt: 'updatedAt',
  revision: 'revision',
  contentHash: 'contentHash',
  degree: 'slug',
  edges: 'slug',
  neighbors: 'slug',
  reachable: 'slug',
  similar: 'slug',
  metrics: 'slug',
  media: 'id',
  workflows: 'id',
  sources: 'id',
  revisions: 'id',
}

/** The columns of an entity that a selection needs. */
export const entityFields = perSelection((selection) =>
  createFieldSet(Object.entries(reads).flatMap(([field, read]) => (selection.has(field) ? [read] : []))),
)
