import type { JsonWriter } from '../graph/json-writer.ts'

const alphabet = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
const hexDigits = Buffer.from('0123456789abcdef')
const quote = 0x22
const hyphen = 0x2d
const uuidLength = 36

/** Writes quoted global ids, base64url (RFC 4648) of `Type:uuid` as in `encodeGlobalId`, from the bytes of the uuid. */
export function createGlobalIdWriter(type: string): (out: JsonWriter, ids: Uint8Array, at: number) => void {
  const prefix = Buffer.from(`${type}:`)
  const text = Buffer.alloc(prefix.length + uuidLength)
  prefix.copy(text)
  const whole = text.length - (text.length % 3)
  return (out, ids, at) => {
    let place = prefix.length
    for (let index = 0; index < 16; index++) {
      if (index === 4 || index === 6 || index === 8 || index === 10) text[place++] = hyphen
      const byte = ids[at + index]!
      text[place++] = hexDigits[byte >> 4]!
      text[place++] = hexDigits[byte & 15]!
    }
    out.reserve(66)
    const { bytes } = out
    let to = out.length
    bytes[to++] = quote
    for (let from = 0; from < whole; from += 3) {
      const bits = (text[from]! << 16) | (text[from + 1]! << 8) | text[from + 2]!
      bytes[to++] = alphabet[bits >> 18]!
      bytes[to++] = alphabet[(bits >> 12) & 63]!
      bytes[to++] = alphabet[(bits >> 6) & 63]!
      bytes[to++] = alphabet[bits & 63]!
    }
    const rest = text.length - whole
    if (rest > 0) {
      const bits = (text[whole]! << 16) | (rest === 2 ? text[whole + 1]! << 8 : 0)
      bytes[to++] = alphabet[bits >> 18]!
      bytes[to++] = alphabet[(bits >> 12) & 63]!
      if (rest === 2) bytes[to++] = alphabet[(bits >> 6) & 63]!
    }
    bytes[to++] = quote
    out.length = to
  }
}
