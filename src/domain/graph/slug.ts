import anyAscii from 'any-ascii'
import { sha256Hex } from '../hash.ts'

/** Longest slug or key, in characters. */
export const maximumKeyLength = 200
const keyPattern = /^[a-z0-9][a-z0-9._:/-]*$/

/** True if a text is a Key of the API: `^[a-z0-9][a-z0-9._:/-]*$`, at most 200 characters. */
export function isKey(text: string): boolean {
  return text.length <= maximumKeyLength && keyPattern.test(text)
}

/**
 * A readable slug of a name in any script: transliterated, lower case, words joined by hyphens. Never empty: a name
 * without one letter or digit gets a slug of its hash. The same name always gets the same slug.
 *
 * @example slugOf('São Tomé & Príncipe') // 'sao-tome-principe'
 * @example slugOf('Москва') // 'moskva'
 */
export function slugOf(name: string): string {
  return clean(name, /[^a-z0-9]+/g)
}

/**
 * The Key nearest to an identifier: like {@link slugOf}, but the punctuation that a Key may hold stays.
 *
 * @example keyOf('Build:Über/Köln.2') // 'build:uber/koln.2'
 */
export function keyOf(identifier: string): string {
  return isKey(identifier) ? identifier : clean(identifier, /[^a-z0-9._:/-]+/g)
}

function clean(name: string, separators: RegExp): string {
  const letters = anyAscii(name.toWellFormed().normalize('NFC')).toLowerCase().replace(/['’`]/g, '')
  const slug = letters
    .replace(separators, '-')
    .replace(/-{2,}/g, '-')
    .slice(0, maximumKeyLength)
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
  return slug === '' ? `x-${sha256Hex(name.toWellFormed()).slice(0, 12)}` : slug
}

/** Hands out slugs, each once. */
export interface SlugRegister {
  /** The slug itself if it is free, else the first free of `slug-2`, `slug-3` … */
  take(slug: string): string
  has(slug: string): boolean
}

/**
 * Slugs that are unique among those given out before. Deterministic: the same slugs asked for in the same order come
 * out the same.
 */
export function createSlugRegister(taken: Iterable<string> = []): SlugRegister {
  const used = new Set(taken)
  const next = new Map<string, number>()
  return {
    has: (slug) => used.has(slug),
    take(slug) {
      if (!used.has(slug)) {
        used.add(slug)
        return slug
      }
      for (let number = next.get(slug) ?? 2; ; number++) {
        const suffix = `-${number}`
        const candidate = slug.slice(0, maximumKeyLength - suffix.length) + suffix
        if (used.has(candidate)) continue
        next.set(slug, number + 1)
        used.add(candidate)
        return candidate
      }
    },
  }
}
