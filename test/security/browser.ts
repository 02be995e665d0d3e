import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface PageEffects {
  /** Only a running script can open dialogs. */
  readonly dialogs: readonly string[]
  /** Foreign addresses that the page requested. */
  readonly asked: readonly string[]
}

export interface Browser {
  visit(url: string): Promise<PageEffects>
  stop(): Promise<void>
}

const program = '/usr/bin/chromium'
/** Time for a loaded page to act. */
const settleMs = 150
const longestMs = 10_000

/** Debian's headless Chromium; null if it is not installed. */
export async function openBrowser(): Promise<Browser | null> {
  try {
    accessSync(program, constants.X_OK)
  } catch {
    return null
  }
  const profile = await mkdtemp(join(tmpdir(), 'kb-browser-'))
  const quiet = [
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
    '--disable-gpu',
    '--disable-quic',
  ]
  const child = spawn(
    program,
    [
      '--headless',
      '--no-sandbox',
      ...quiet,
      `--user-data-dir=${profile}`,
      '--remote-debugging-port=0',
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const ended = once(child, 'exit')
  const port = await new Promise<string>((resolve, reject) => {
    createInterface(child.stderr).on('line', (line) => {
      const found = /DevTools listening on ws:\/\/[^:]+:(\d+)\//.exec(line)
      if (found) resolve(found[1]!)
    })
    void ended.then(() => reject(new Error('the browser did not start')))
  })
  return {
    visit: (url) => visit(`http://127.0.0.1:${port}`, url),
    async stop() {
      child.kill('SIGKILL')
      await ended
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

interface Message {
  readonly method?: string
  readonly params?: { readonly message?: string; readonly request?: { readonly url: string } }
}

/** Uses the DevTools protocol, https://chromedevtools.github.io/devtools-protocol/ */
async function visit(devTools: string, url: string): Promise<PageEffects> {
  const opened = await fetch(`${devTools}/json/new?about:blank`, { method: 'PUT' })
  const { id, webSocketDebuggerUrl } = (await opened.json()) as { id: string; webSocketDebuggerUrl: string }
  const socket = new WebSocket(webSocketDebuggerUrl)
  await once(socket, 'open')
  const [dialogs, asked]: [string[], string[]] = [[], []]
  let commands = 0
  const send = (method: string, params: object = {}) =>
    socket.send(JSON.stringify({ id: ++commands, method, params }))
  const loaded = new Promise<void>((resolve) => {
    socket.addEventListener('message', ({ data }) => {
      const { method, params } = JSON.parse(String(data)) as Message
      if (method === 'Page.javascriptDialogOpening') {
        dialogs.push(params?.message ?? '')
        send('Page.handleJavaScriptDialog', { accept: true })
      } else if (method === 'Network.requestWillBeSent') {
        const address = params?.request?.url ?? ''
        if (!address.startsWith(new URL(url).origin) && !address.startsWith('data:')) asked.push(address)
      } else if (method === 'Page.loadEventFired') resolve()
    })
  })
  for (const domain of ['Page', 'Network']) send(`${domain}.enable`)
  send('Page.navigate', { url })
  await Promise.race([loaded, sleep(longestMs)])
  await sleep(settleMs)
  socket.close()
  await fetch(`${devTools}/json/close/${id}`)
  return { dialogs, asked }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref())
}
