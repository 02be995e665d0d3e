import {
  asArray,
  asByteSize,
  asCount,
  asDuration,
  asMediaUrl,
  asObject,
  asOneOf,
  asPixels,
  asSha256,
  asShare,
  asShortText,
  asText,
  asWebUrl,
  toKey,
} from './fields.ts'
import { asReference } from './edges.ts'
import { readEntries, readItem, type Issues, type ItemReader } from './item.ts'
import type { ConstellationNodes } from './nodes.ts'
import { hashRecipe } from '../graph/content-hash.ts'
import { mediaKinds, type DerivativeContent, type MediaContent } from '../graph/graph-content.ts'
import { isJsonObject, pointerTo, type JsonObject, type JsonValue } from '../json/value.ts'
import { keyOf } from '../graph/slug.ts'

export function readMedia(payload: JsonObject, nodes: ConstellationNodes, issues: Issues): MediaContent[] {
  const found = new Map<string, MediaContent>()
  for (const entry of readEntries(payload, 'media', issues)) {
    const item = readItem(entry, issues)
    const key = item.take(['key', 'id', 'slug'], asText) ?? entry.name
    const url = item.take(['url', 'src'], asMediaUrl)
    const mimeType = item.take(['mimeType', 'type'], asText)
    const missing = key === null ? 'key' : url === null ? 'url' : mimeType === null ? 'mimeType' : null
    if (key === null || url === null || mimeType === null) {
      issues.refused.push({ pointer: entry.pointer, reason: `has no usable \`${missing}\`` })
      continue
    }
    if (found.has(keyOf(key))) {
      issues.refused.push({
        pointer: entry.pointer,
        reason: `\`${keyOf(key)}\` already stands before; that is kept`,
      })
      continue
    }
    const contentHash = item.take(['contentHash'], asSha256)
    found.set(keyOf(key), {
      key: toKey(item, key),
      kind: item.take(['kind'], asOneOf(mediaKinds)) ?? kindOf(mimeType),
      url,
      mimeType,
      contentHash,
      ...takeSize(item),
      durationSeconds: item.take(['durationSeconds', 'duration'], asDuration),
      alt: item.take(['alt'], asText),
      caption: item.take(['caption', 'title'], asText),
      credit: item.take(['credit'], asText),
      license: item.take(['license', 'licence'], asWebUrl),
      focalPoint: item.take(['focalPoint'], asFocalPoint),
      thumbHash: item.take(['thumbHash'], asText),
      derivatives: readDerivatives(item, contentHash, issues),
      shownBy: readShownBy(item, nodes, issues),
    })
    item.dropRest()
  }
  return [...found.values()]
}

function readDerivatives(item: ItemReader, originalHash: string | null, issues: Issues): DerivativeContent[] {
  const found = new Map<string, DerivativeContent>()
  const list = item.take(['derivatives'], asArray) ?? []
  list.forEach((value, index) => {
    const pointer = pointerTo(pointerTo(item.pointer, 'derivatives'), index)
    const derivative = isJsonObject(value) ? readItem({ value, pointer, name: null }, issues) : null
    const preset = derivative?.take(['preset'], asShortText) ?? null
    const url = derivative?.take(['url'], asMediaUrl) ?? null
    const mimeType = derivative?.take(['mimeType'], asText) ?? null
    if (
      derivative === null ||
      preset === null ||
      url === null ||
      mimeType === null ||
      found.has(keyOf(preset))
    ) {
      issues.refused.push({
        pointer,
        reason: 'a derivative needs a `preset` of its own, a `url` and a `mimeType`',
      })
      return
    }
    const recipeHash = derivative.take(['recipeHash'], asSha256)
    if (recipeHash === null && originalHash === null) {
      issues.refused.push({
        pointer,
        reason: 'without `recipeHash` or the original’s `contentHash` it cannot be dated',
      })
      return
    }
    found.set(keyOf(preset), {
      preset: toKey(derivative, preset, 'preset'),
      url,
      mimeType,
      ...takeSize(derivative),
      contentHash: derivative.take(['contentHash'], asSha256),
      recipeHash: recipeHash ?? hashRecipe(originalHash as string, keyOf(preset)),
    })
    derivative.dropRest()
  })
  return [...found.values()]
}

/** `entities`: ids or slugs, or `{ entity, position }`. */
function readShownBy(item: ItemReader, nodes: ConstellationNodes, issues: Issues): MediaContent['shownBy'] {
  const shown = new Map<string, number>()
  const list = item.take(['entities', 'shownBy'], asArray) ?? []
  list.forEach((value, index) => {
    const pointer = pointerTo(pointerTo(item.pointer, 'entities'), index)
    const given = isJsonObject(value) && value['entity'] !== undefined ? value : { entity: value }
    const reference = asReference(given['entity'] as JsonValue)
    const match =
      reference === undefined ? { reason: 'it is neither an id nor a slug' } : nodes.find(reference)
    const position = asCount(given['position'] ?? 0)
    if ('reason' in match) issues.refused.push({ pointer, reason: `is not shown: ${match.reason}` })
    else if (shown.has(match.slug))
      issues.warnings.push({ pointer, reason: `\`${match.slug}\` stands before; taken once` })
    else {
      if (position === undefined)
        issues.warnings.push({ pointer, reason: 'its position is no whole number from 0; read as 0' })
      shown.set(match.slug, position ?? 0)
    }
  })
  return [...shown].map(([entity, position]) => ({ entity, position }))
}

function takeSize(item: ItemReader) {
  return {
    width: item.take(['width'], asPixels),
    height: item.take(['height'], asPixels),
    byteSize: item.take(['byteSize'], asByteSize),
  }
}

function kindOf(mimeType: string): MediaContent['kind'] {
  const [family] = mimeType.split('/')
  const byFamily: Readonly<Record<string, MediaContent['kind']>> = {
    image: 'IMAGE',
    video: 'VIDEO',
    audio: 'AUDIO',
    model: 'MODEL',
    text: 'DOCUMENT',
  }
  return mimeType === 'application/pdf' ? 'DOCUMENT' : (byFamily[family ?? ''] ?? 'OTHER')
}

function asFocalPoint(value: JsonValue): MediaContent['focalPoint'] | undefined {
  const point = asObject(value)
  const x = asShare(point?.['x'] ?? null)
  const y = asShare(point?.['y'] ?? null)
  return x === undefined || y === undefined ? undefined : { x, y }
}
