import { argon2, randomBytes, timingSafeEqual, type Argon2Parameters } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(argon2)

/** OWASP's recommendation for argon2id: 19 MiB, two passes, one lane. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 }
const keyLength = 32

/** Hashes a password with argon2id (RFC 9106) and a fresh salt, as a PHC string. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16)
  const key = await derive('argon2id', parametersOf(password, nonce, cost, keyLength))
  const { memory, passes, parallelism } = cost
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${encode(nonce)}$${encode(key)}`
}

/** Verifies a password in constant time. Throws unless {@link isPasswordHash}. */
export async function verifyPassword(password: string, phc: string): Promise<boolean> {
  const { nonce, key, ...given } = parse(phc)
  const derived = await derive('argon2id', parametersOf(password, nonce, given, key.length))
  return timingSafeEqual(derived, key)
}

export function isPasswordHash(text: string): boolean {
  return pattern.test(text)
}

const pattern =
  /^\$argon2id\$v=19\$m=(\d{2,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/

function parse(phc: string) {
  const match = pattern.exec(phc)
  if (match === null) throw new Error('not an argon2id hash')
  const [, memory, passes, parallelism, nonce, key] = match
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    nonce: Buffer.from(nonce!, 'base64'),
    key: Buffer.from(key!, 'base64'),
  }
}

function parametersOf(
  password: string,
  nonce: Buffer,
  { memory, passes, parallelism }: typeof cost,
  tagLength: number,
): Argon2Parameters {
  return { message: password.normalize('NFKC'), nonce, memory, passes, parallelism, tagLength }
}

function encode(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
