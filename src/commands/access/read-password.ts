import type { Readable } from 'node:stream'

/** The password on standard input: all of it but the end of its line. */
export async function readPassword(stdin: Readable): Promise<string> {
  let password = ''
  for await (const chunk of stdin) password += String(chunk)
  return password.replace(/\r?\n$/, '')
}
