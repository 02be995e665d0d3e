import { randomBytes } from 'node:crypto'
import { sha256Hex } from '../hash.ts'

export interface NewApiToken {
  readonly token: string
  readonly prefix: string
  readonly hash: string
}

const pattern = /^kb_[\w-]{43}$/
const shownLength = 9

/** 32 random bytes prefixed with `kb_`, so that secret scanners recognise it. */
export function createApiToken(): NewApiToken {
  const token = `kb_${randomBytes(32).toString('base64url')}`
  return { token, prefix: token.slice(0, shownLength), hash: sha256Hex(token) }
}

/** Checks the format only; the database knows whether it exists. */
export function isApiToken(text: string): boolean {
  return pattern.test(text)
}
