import { accessSync, constants } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const program = '/usr/bin/chromium'

/** Whether pages can be tried here: with Chromium as Debian packages it. CI must have it. */
export const hasBrowser = ((): boolean => {
  try {
    accessSync(program, constants.X_OK)
    return true
  } catch {
    if (process.env['CI']) throw new Error(`${program} is missing; apt-get install chromium`)
    return false
  }
})()

/** A browser without a window, with nothing kept from before; end it with `close`. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: program,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
