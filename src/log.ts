import { pino, stdTimeFunctions } from 'pino'
import type { DestinationStream, Logger } from 'pino'
import type { LogLevel } from './config.ts'

export type Log = Logger

export interface LogOptions {
  readonly level: LogLevel
  readonly format: 'json' | 'text'
  readonly useColor?: boolean
  /** Default: standard error, since standard output is for results. */
  readonly write?: (line: string) => void
}

const secretKeys = [
  'password',
  'token',
  'secret',
  'authorization',
  'cookie',
  'connectionString',
  'databaseUrl',
]

/** The process log. Masks passwords in URLs, API tokens and values under known keys. */
export function createLog(options: LogOptions): Log {
  const write = options.write ?? ((line) => void process.stderr.write(line))
  const toLine = options.format === 'text' ? textLine(options.useColor ?? false) : (line: string) => line
  const destination: DestinationStream = { write: (line) => write(hideSecrets(toLine(line))) }
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: [...secretKeys, ...secretKeys.map((key) => `*.${key}`)], censor: '[hidden]' },
    },
    destination,
  )
}

/** Text on a terminal, JSON elsewhere and in production; honours NO_COLOR. */
export function chooseLogFormat(
  production: boolean,
  terminal: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Pick<LogOptions, 'format' | 'useColor'> {
  const isForPerson = terminal.isTTY === true && !production
  return { format: isForPerson ? 'text' : 'json', useColor: isForPerson && !environment['NO_COLOR'] }
}

/** Masks passwords in URLs, such as 'postgresql://kb:***@host/kb', and all tokens. */
export function hideSecrets(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/[^\s:/@"]*):[^\s"]+@/gi, '$1:***@')
    .replace(/([?&]password=)[^&\s"]+/gi, '$1***')
    .replace(/\bkb_[\w-]{43}/g, 'kb_***')
    .replace(/\b(Bearer|Basic) [^\s"]+/g, '$1 ***')
}

const colors: Readonly<Record<string, number>> = {
  trace: 90,
  debug: 90,
  info: 32,
  warn: 33,
  error: 31,
  fatal: 31,
}

function textLine(useColor: boolean): (line: string) => string {
  const paint = (text: string, color: number) => (useColor ? `\u001b[${color}m${text}\u001b[0m` : text)
  return (line) => {
    const { level, time, msg, err, ...facts } = JSON.parse(line) as Record<string, unknown>
    const name = typeof level === 'string' ? level : 'info'
    const extra = Object.entries(facts).map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    const clock = typeof time === 'string' ? time.slice(11, 19) : ''
    const message = typeof msg === 'string' ? msg : ''
    const head = [paint(clock, 90), paint(name.padEnd(5), colors[name] ?? 32), message]
    const text = [...head, paint(extra.join(' '), 90)].filter((part) => part !== '' && part !== paint('', 90))
    return `${text.join(' ')}\n${stackOf(err)}`
  }
}

function stackOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('stack' in error)) return ''
  return typeof error.stack === 'string' ? `${error.stack.replace(/^/gm, '  ')}\n` : ''
}
