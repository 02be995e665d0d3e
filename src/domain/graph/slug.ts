import anyAscii from 'any-ascii'
import { sha256Hex } from '../hash.ts'

export const maximumKeyLength = 200
const keyPattern = /^[a-z0-9][a-z0-9._:/-]*$/

/** Whether a text is a Key of the API: `^[a-z0-9][a-z0-9._:/-]*$`, at most 200 characters. */
export function isKey(text: string): boolean {
  return text.length <= maximumKeyLength && keyPattern.test(text)
}

/**
 * A readable, deterministic slug of a name in any script: transliterated, lower case, hyphenated. Never
 * empty: a name without letters or digits gets a hash.
 * @example slugOf('São Tomé & Príncipe') // 'sao-tome-principe'
 */
export function slugOf(name: string): string {
  return clean(name, /[^a-z0-9]+/g)
}

/** Like {@link slugOf}, but keeps the punctuation that a Key allows. */
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

export interface SlugRegister {
  take(slug: string): string
  has(slug: string): boolean
}

/** Assigns unique slugs (`slug`, `slug-2`, `slug-3` …), deterministically. */
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
