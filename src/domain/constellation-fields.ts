import { compareCodePoints } from './code-points.ts'
import type { ItemReader } from './constellation-item.ts'
import type { PublicationStatus } from './filter.ts'
import { canonicalJson } from './canonical-json.ts'
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts'

/** B-tree entries end at 2,704 bytes; titles, URLs and tags are indexed, and folding may lengthen a text. */
const maximumIndexedBytes = 2000
const maximumTagBytes = 800
/** The store's own checks, in characters. */
const maximumTitleLength = 500
const maximumTagLength = 200
const encoder = new TextEncoder()

function byteLength(text: string): number {
  return encoder.encode(text.normalize('NFKC')).length
}

/** Text, or a number or truth value written as text. */
export function asText(value: JsonValue): string | undefined {
  if (typeof value === 'string') return value.trim()
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

/** Text short enough to be indexed. */
export function asShortText(value: JsonValue): string | undefined {
  const text = asText(value)
  return text !== undefined && byteLength(text) <= maximumIndexedBytes ? text : undefined
}

/** Text that may be a title. */
export function asTitle(value: JsonValue): string | undefined {
  const text = asShortText(value)
  return text !== undefined && text.length <= maximumTitleLength ? text : undefined
}

export function asNumber(value: JsonValue): number | undefined {
  const number = typeof value === 'string' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

/** A whole number from 0 to 2,147,483,647. */
export function asCount(value: JsonValue): number | undefined {
  const number = asNumber(value)
  return number !== undefined && Number.isInteger(number) && number >= 0 && number < 2 ** 31
    ? number
    : undefined
}

/** A whole number of bytes, at most 2^53-1. */
export function asByteSize(value: JsonValue): number | undefined {
  const number = asNumber(value)
  return number !== undefined && Number.isSafeInteger(number) && number >= 0 ? number : undefined
}

/** Greater than 0: a width or height in pixels. */
export function asPixels(value: JsonValue): number | undefined {
  const number = asCount(value)
  return number === 0 ? undefined : number
}

export function asShare(value: JsonValue): number | undefined {
  const number = asNumber(value)
  return number !== undefined && number >= 0 && number <= 1 ? number : undefined
}

/** An http or https URL: anything else would be a link that runs. */
export function asWebUrl(value: JsonValue): string | undefined {
  const text = asShortText(value)
  return text !== undefined && /^https?:\/\//.test(text) && URL.canParse(text) ? text : undefined
}

/** An http(s) URL, or an absolute path on this server. */
export function asMediaUrl(value: JsonValue): string | undefined {
  const text = asShortText(value)
  if (text === undefined) return undefined
  return /^\/(?!\/)\S*$/.test(text) ? text : asWebUrl(text)
}

/** Any absolute URI: a source may be a urn. */
export function asUri(value: JsonValue): string | undefined {
  const text = asShortText(value)
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

/** Any JSON array. */
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
export function asTags(value: JsonValue): string[] | undefined {
  const tags = asTexts(value)?.filter((tag) => tag !== '')
  if (tags === undefined || !tags.every(isTag)) return undefined
  return [...new Set(tags)].sort(compareCodePoints)
}

function isTag(tag: string): boolean {
  return tag.length <= maximumTagLength && byteLength(tag) <= maximumTagBytes
}

/** Any case of a publication status. */
export function asStatus(value: JsonValue): PublicationStatus | undefined {
  const status = typeof value === 'string' ? value.trim().toUpperCase() : ''
  return status === 'DRAFT' || status === 'PUBLISHED' || status === 'ARCHIVED' ? status : undefined
}

/**
 * The constellation is public, so what says nothing is PUBLISHED; but what says something we do not understand is not
 * shown to anyone: DRAFT.
 */
export function takeStatus(item: ItemReader): PublicationStatus {
  const status = item.take(['status'], asStatus)
  return status ?? (item.rest().has('status') ? 'DRAFT' : 'PUBLISHED')
}

/** One of the given words in any case. */
export function asOneOf<Word extends string>(words: readonly Word[]): (value: JsonValue) => Word | undefined {
  return (value) => words.find((word) => typeof value === 'string' && word === value.trim().toUpperCase())
}

/** `attributes`, with every field that nobody took. A field that would hide an attribute gets another name. */
export function takeAttributes(item: ItemReader, own: Readonly<Record<string, JsonValue>> = {}): JsonObject {
  const attributes = new Map(Object.entries(item.take(['attributes'], asObject) ?? {}))
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
