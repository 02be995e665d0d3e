import type { Readable } from 'node:stream'

/** Reads the password from standard input, without the trailing newline. */
export async function readPassword(stdin: Readable): Promise<string> {
  let password = ''
  for await (const chunk of stdin) password += String(chunk)
  return password.replace(/\r?\n$/, '')
}
