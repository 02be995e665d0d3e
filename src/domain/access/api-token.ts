import { randomBytes } from 'node:crypto'
import { sha256Hex } from '../hash.ts'

/** A token as its owner gets it, once, and what is kept of it. */
export interface NewApiToken {
  readonly token: string
  /** First characters, by which its owner knows it again. */
  readonly prefix: string
  readonly hash: string
}

const pattern = /^kb_[\w-]{43}$/
const shownLength = 9

/** 32 random bytes behind `kb_`, so that scanners of leaked secrets know what they see. */
export function createApiToken(): NewApiToken {
  const token = `kb_${randomBytes(32).toString('base64url')}`
  return { token, prefix: token.slice(0, shownLength), hash: sha256Hex(token) }
}

/** Whether a text could be a token of ours; whether it is one, only the database knows. */
export function isApiToken(text: string): boolean {
  return pattern.test(text)
}
