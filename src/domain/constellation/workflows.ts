import { asReference } from './edges.ts'
import {
  asArray,
  asCount,
  asShortText,
  asText,
  asTitle,
  takeAttributes,
  takeStatus,
  toKey,
} from './fields.ts'
import { readEntries, readItem, type Issues, type ItemReader } from './item.ts'
import type { ConstellationNodes } from './nodes.ts'
import type { MediaContent, StepContent, WorkflowContent } from '../graph/graph-content.ts'
import { isJsonObject, pointerTo, type JsonObject, type JsonValue } from '../json/value.ts'
import { keyOf, slugOf } from '../graph/slug.ts'

/** Workflows of a payload. A step with an unknown entity or medium stays without it, with a warning. */
export function readWorkflows(
  payload: JsonObject,
  nodes: ConstellationNodes,
  media: readonly MediaContent[],
  issues: Issues,
): WorkflowContent[] {
  const mediaKeys = new Set(media.map(({ key }) => key))
  const found = new Map<string, WorkflowContent>()
  for (const entry of readEntries(payload, 'workflows', issues)) {
    const item = readItem(entry, issues)
    const name = item.take(['slug', 'id', 'key'], asShortText) ?? entry.name
    const given = item.take(['title', 'label', 'name'], asTitle)
    const title = given ?? (name === null ? null : (asTitle(name) ?? keyOf(name)))
    if (title === null) {
      issues.refused.push({ pointer: entry.pointer, reason: 'has neither `slug` nor `title`' })
      continue
    }
    const slug = name === null ? slugOf(title) : toKey(item, name, 'slug')
    if (given === null && item.has(['title', 'label', 'name']))
      item.warn(`has no usable title; its title is \`${title}\``)
    if (found.has(slug)) {
      issues.refused.push({
        pointer: entry.pointer,
        reason: `\`${slug}\` already stands before; that is kept`,
      })
      continue
    }
    const summary = item.take(['summary', 'description'], asText)
    const status = takeStatus(item)
    found.set(slug, { slug, title, summary, status, steps: readSteps(item, nodes, mediaKeys, issues) })
    item.dropRest()
  }
  return [...found.values()]
}

function readSteps(
  workflow: ItemReader,
  nodes: ConstellationNodes,
  mediaKeys: ReadonlySet<string>,
  issues: Issues,
): StepContent[] {
  const steps = new Map<number, StepContent & { pointer: string }>()
  const list = workflow.take(['steps'], asArray) ?? []
  list.forEach((value, index) => {
    const pointer = pointerTo(pointerTo(workflow.pointer, 'steps'), index)
    const item = isJsonObject(value) ? readItem({ value, pointer, name: null }, issues) : null
    const title = item?.take(['title', 'label', 'name'], asTitle) ?? null
    const position = item?.take(['position'], asCount) ?? index
    if (item === null || title === null || steps.has(position)) {
      issues.refused.push({ pointer, reason: 'a step needs a `title` and a `position` of its own' })
      return
    }
    const step = {
      position,
      title,
      body: item.take(['body', 'summary', 'description'], asText),
      entity: takeEntity(item, nodes),
      media: takeMedia(item, mediaKeys),
      dependsOn: item.take(['dependsOn'], asPositions) ?? [],
    }
    steps.set(position, { ...step, attributes: takeAttributes(item), pointer })
  })
  return [...steps.values()].map(({ pointer, ...step }) => {
    const dependsOn = step.dependsOn.filter((position) => position !== step.position && steps.has(position))
    if (dependsOn.length < step.dependsOn.length) {
      issues.warnings.push({
        pointer: pointerTo(pointer, 'dependsOn'),
        reason: 'names itself or no step; left out',
      })
    }
    return { ...step, dependsOn }
  })
}

function takeEntity(item: ItemReader, nodes: ConstellationNodes): string | null {
  const reference = item.take(['entity'], asReference)
  if (reference === null) return null
  const match = nodes.find(reference)
  if ('slug' in match) return match.slug
  item.warn(`left out: ${match.reason}`, 'entity')
  return null
}

function takeMedia(item: ItemReader, mediaKeys: ReadonlySet<string>): string | null {
  const reference = item.take(['media'], asText)
  if (reference === null || mediaKeys.has(keyOf(reference)))
    return reference === null ? null : keyOf(reference)
  item.warn(`left out: \`${reference}\` is no media object of the payload`, 'media')
  return null
}

function asPositions(value: JsonValue): number[] | undefined {
  const positions = asArray(value)?.map(asCount)
  return positions === undefined || positions.includes(undefined)
    ? undefined
    : [...new Set(positions as number[])]
}
