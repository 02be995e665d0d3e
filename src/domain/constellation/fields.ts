import { compareCodePoints } from '../text/code-points.ts'
import type { ItemReader } from './item.ts'
import type { PublicationStatus } from '../graph/filter.ts'
import { canonicalJson } from '../json/canonical-json.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts'
import { keyOf } from '../graph/slug.ts'
import { longestTitle, longestUrl } from '../text/text-issues.ts'
import { longestTag } from '../graph/validate-entity.ts'
import { countCharacters, isVisible, nameFault } from '../text/visible-text.ts'

const longestWord = 2000

export function asText(value: JsonValue): string | undefined {
  if (typeof value === 'string') return value.trim()
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

export function asShortText(value: JsonValue): string | undefined {
  const text = asText(value)
  return text !== undefined && text.length <= longestWord ? text : undefined
}

export function asName(value: JsonValue): string | undefined {
  const text = asText(value)
  return text !== undefined && nameFault(text) === null ? text : undefined
}

export function asTitle(value: JsonValue): string | undefined {
  const text = asName(value)
  return text !== undefined && countCharacters(text) <= longestTitle ? text : undefined
}

/** A number, or text in JSON's number format. */
export function asNumber(value: JsonValue): number | undefined {
  const isWritten = typeof value === 'string' && /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value.trim())
  const number = isWritten ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

export function asCount(value: JsonValue): number | undefined {
  const number = asNumber(value)
  return number !== undefined && Number.isInteger(number) && number >= 0 && number < 2 ** 31
    ? number
    : undefined
}

export function asDuration(value: JsonValue): number | undefined {
  const number = asNumber(value)
  return number !== undefined && number >= 0 ? number : undefined
}

export function asByteSize(value: JsonValue): number | undefined {
  const number = asNumber(value)
  return number !== undefined && Number.isSafeInteger(number) && number >= 0 ? number : undefined
}

export function asPixels(value: JsonValue): number | undefined {
  const number = asCount(value)
  return number === 0 ? undefined : number
}

export function asShare(value: JsonValue): number | undefined {
  const number = asNumber(value)
  return number !== undefined && number >= 0 && number <= 1 ? number : undefined
}

function asAddress(value: JsonValue): string | undefined {
  const text = asText(value)
  return text !== undefined && Buffer.byteLength(text) <= longestUrl ? text : undefined
}

/** An http or https URL; other schemes could run code when clicked. */
export function asWebUrl(value: JsonValue): string | undefined {
  const text = asAddress(value)
  return text !== undefined && /^https?:\/\//.test(text) && URL.canParse(text) ? text : undefined
}

/** An http(s) URL, or an absolute path on this server. */
export function asMediaUrl(value: JsonValue): string | undefined {
  const text = asAddress(value)
  if (text === undefined) return undefined
  return /^\/(?!\/)\S*$/.test(text) ? text : asWebUrl(text)
}

/** Any absolute URI: a source may be a urn. */
export function asUri(value: JsonValue): string | undefined {
  const text = asAddress(value)
  return text !== undefined && /^(?!javascript:|data:|vbscript:)[a-z][a-z0-9+.-]*:\S+$/i.test(text)
    ? text
    : undefined
}

export function asSha256(value: JsonValue): string | undefined {
  return typeof value === 'string' && /^[0-9a-f]{64}$/i.test(value) ? value.toLowerCase() : undefined
}

export function asObject(value: JsonValue): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined
}

/** The Key for a text, with a warning if it differs. */
export function toKey(item: ItemReader, written: string, what = 'key'): string {
  const key = keyOf(written)
  if (key !== written) item.warn(`the ${what} \`${written}\` becomes \`${key}\``)
  return key
}

export function asArray(value: JsonValue): readonly JsonValue[] | undefined {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : undefined
}

export function asTexts(value: JsonValue): string[] | undefined {
  if (typeof value === 'string') return [value.trim()]
  if (!Array.isArray(value)) return undefined
  const texts = value.map((item: JsonValue) => asText(item))
  return texts.some((text) => text === undefined) ? undefined : (texts as string[])
}

/** Tags as a sorted set without blanks; a single text is one tag. */
export function takeTags(item: ItemReader): string[] {
  const given = item.take(['tags'], (value) => {
    const texts = asTexts(value)
    return texts?.every((text) => !isVisible(text) || isTag(text)) === true ? texts : undefined
  })
  const tags = [...new Set((given ?? []).filter(isVisible))].sort(compareCodePoints)
  if (given !== null && tags.length < given.length)
    item.warn('tags that show nothing, or are there twice, are left out', 'tags')
  return tags
}

function isTag(tag: string): boolean {
  return countCharacters(tag) <= longestTag && nameFault(tag) === null
}

export function asStatus(value: JsonValue): PublicationStatus | undefined {
  const status = typeof value === 'string' ? value.trim().toUpperCase() : ''
  return status === 'DRAFT' || status === 'PUBLISHED' || status === 'ARCHIVED' ? status : undefined
}

/**
 * The constellation is public, so a missing status means PUBLISHED; an unknown one means DRAFT, to be safe.
 */
export function takeStatus(item: ItemReader): PublicationStatus {
  const status = item.take(['status'], asStatus)
  return status ?? (item.rest().has('status') ? 'DRAFT' : 'PUBLISHED')
}

export function asOneOf<Word extends string>(words: readonly Word[]): (value: JsonValue) => Word | undefined {
  return (value) => words.find((word) => typeof value === 'string' && word === value.trim().toUpperCase())
}

/** `attributes` plus every field not taken. A field that would hide an attribute is renamed. */
export function takeAttributes(item: ItemReader, own: Readonly<Record<string, JsonValue>> = {}): JsonObject {
  const attributes = new Map(Object.entries(item.take(['attributes'], asObject) ?? {}))
  for (const name of item.unusable())
    if (item.rest().has(name)) item.warn('cannot be used as it stands; kept among the attributes', name)
  for (const [name, value] of [...item.rest(), ...Object.entries(own)]) {
    let free = name
    while (attributes.has(free) && canonicalJson(attributes.get(free)) !== canonicalJson(value))
      free += '-extra'
    if (free !== name)
      item.warn(`stands in \`attributes\` with another value; kept there as \`${free}\``, name)
    attributes.set(free, value)
  }
  return Object.fromEntries(attributes)
}
