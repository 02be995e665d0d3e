import { hash, timingSafeEqual } from 'node:crypto'
import { AppError } from '../../errors.ts'
import { canonicalJson } from '../json/canonical-json.ts'

export type Keyset = readonly (string | number | null)[]

const macLength = 16
const version = 'c1'

export type CursorKey = string & { readonly brand: 'CursorKey' }

/** Derives the cursor signing key from a secret of any length; the same in every process. */
export function createCursorKey(secret: string): CursorKey {
  return hash('sha256', `knowledge-backbone cursor ${secret}`) as CursorKey
}

/**
 * A keyed hash by prefix, secure with SHA-512/256, which resists length extension (FIPS 180-4). A page writes
 * up to a hundred cursors, and a one-shot hash costs a quarter of `createHmac`.
 */
function mac(key: CursorKey, text: string): string {
  return hash('sha512-256', key + text, 'base64url').slice(0, macLength)
}

/** Identifies a cursor's list, filter and order; reuse under another is refused. */
export type Fingerprint = () => string

/**
 * A list's fingerprint, computed lazily, since most requests neither write nor read a cursor.
 * @param list name of the list, for example `entities`
 * @param filter JSON that selects or orders the rows, with members in any order
 */
export function listFingerprint(list: string, ...filter: readonly unknown[]): Fingerprint {
  let found: string | undefined
  return () => (found ??= computeFingerprint([list, ...filter]))
}

const mostFingerprints = 1000
/** By JSON text, whose member order may differ where the canonical form does not. */
const fingerprints = new Map<string, string>()

function computeFingerprint(list: readonly unknown[]): string {
  const text = JSON.stringify(list)
  let found = fingerprints.get(text)
  if (found === undefined) {
    found = hash('sha256', canonicalJson(list), 'base64url').slice(0, 8)
    if (fingerprints.size >= mostFingerprints) fingerprints.clear()
    if (text.length < 1000) fingerprints.set(text, found)
  }
  return found
}

/** An opaque, signed position in a list. */
export function encodeCursor(key: CursorKey, fingerprint: Fingerprint, keyset: Keyset): string {
  const text = JSON.stringify([version, fingerprint(), ...keyset])
  return mac(key, text) + Buffer.from(text).toString('base64url')
}

/**
 * Verifies and reads a cursor.
 * @param length number of values in the list's keyset
 * @param shortest length in cursors of older versions
 * @throws AppError BAD_CURSOR for one that is malformed, forged, or of another list, filter or order
 */
export function decodeCursor(
  key: CursorKey,
  fingerprint: Fingerprint,
  length: number,
  cursor: string,
  argument: string,
  shortest = length,
): Keyset {
  const refuse = (why: string) =>
    new AppError(
      'BAD_CURSOR',
      `\`${argument}\` ${why}. Take cursors only from the same list, filter and order.`,
      {
        argument,
      },
    )
  const text = Buffer.from(cursor.slice(macLength), 'base64url').toString()
  const given = Buffer.from(cursor.slice(0, macLength))
  const right = Buffer.from(mac(key, text))
  if (given.length !== right.length || !timingSafeEqual(given, right))
    throw refuse('is not a cursor of this server')
  const [found, list, ...keyset] = JSON.parse(text) as [string, string, ...Keyset]
  if (found !== version) throw refuse('was made by another version of this server')
  if (list !== fingerprint() || keyset.length > length || keyset.length < shortest)
    throw refuse('belongs to another list, filter or order')
  return keyset
}
