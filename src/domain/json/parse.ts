import { InvalidContentError, type ContentIssue } from '../constellation/content-issue.ts'
import { isExactNumber } from './exact-number.ts'
import { maximumJsonDepth, pointerTo, type JsonValue } from './value.ts'

/**
 * Parses JSON without loss. `JSON.parse` silently rounds integers beyond 2^53, turns 1e400 into Infinity and
 * accepts duplicate members and lone surrogates; this refuses all of them.
 * @throws InvalidContentError with the pointer of every such place, or the position of the syntax error
 */
export function parseJson(text: string): JsonValue {
  let value: JsonValue
  try {
    value = JSON.parse(text) as JsonValue
  } catch (error) {
    const message = `the text is not JSON: ${(error as SyntaxError).message}`
    throw new InvalidContentError([{ pointer: '', message, rule: 'json.syntax' }])
  }
  const issues = findLosses(text)
  if (issues.length > 0) throw new InvalidContentError(issues)
  return value
}

/** Whether a parsed value has a number that may have been changed: too large, or an integer beyond 2^53. */
export function hasDoubtfulNumber(value: unknown): boolean {
  const waiting = [value]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next === 'number' && Math.abs(next) > Number.MAX_SAFE_INTEGER) return true
    if (typeof next === 'object' && next !== null) for (const item of Object.values(next)) waiting.push(item)
  }
  return false
}

export function findChangedNumbers(text: string): ContentIssue[] {
  return findLosses(text).filter(({ rule }) => rule === 'number.exact')
}

interface Frame {
  /** Names seen; null for a list. */
  readonly names: Set<string> | null
  step: string | number
  isAtName: boolean
}

/** Scans valid JSON without recursion for losses that the parsed value no longer shows. */
function findLosses(text: string): ContentIssue[] {
  const issues: ContentIssue[] = []
  const frames: Frame[] = []
  const report = (rule: string, message: string, allowed?: unknown) => {
    const pointer = frames.reduce((path, { step }) => pointerTo(path, step), '')
    issues.push(allowed === undefined ? { pointer, message, rule } : { pointer, message, rule, allowed })
  }
  for (let at = 0; at < text.length;) {
    const frame = frames.at(-1)
    const char = text[at]!
    if (char === '{' || char === '[') {
      if (frames.length === maximumJsonDepth)
        report('json.depth', `nested deeper than ${maximumJsonDepth}`, maximumJsonDepth)
      const isObject = char === '{'
      frames.push({ names: isObject ? new Set() : null, step: isObject ? '' : 0, isAtName: isObject })
    } else if (char === '}' || char === ']') {
      frames.pop()
    } else if (char === ',' && frame !== undefined) {
      if (frame.names === null) frame.step = Number(frame.step) + 1
      else frame.isAtName = true
    } else if (char === '"') {
      const end = endOfString(text, at)
      const string = readString(text.slice(at, end))
      at = end
      if (frame?.isAtName === true) enterMember(frame, string, report)
      if (!string.isWellFormed())
        report('text.surrogate', 'text with a lone surrogate is not well-formed Unicode')
      continue
    } else if (char === '-' || (char >= '0' && char <= '9')) {
      numberPattern.lastIndex = at
      const source = numberPattern.exec(text)![0]
      at += source.length
      if (!isExactNumber(source)) report('number.exact', describeLoss(source))
      continue
    }
    at++
  }
  return issues
}

const numberPattern = /[-+.\deE]+/y

function enterMember(frame: Frame, name: string, report: (rule: string, message: string) => void): void {
  frame.step = name
  frame.isAtName = false
  if (frame.names?.has(name) === true) report('json.duplicate', 'the object has this member twice')
  frame.names?.add(name)
}

/** The position after the closing quotation mark. */
function endOfString(text: string, start: number): number {
  let end = start
  let backslashes: number
  do {
    end = text.indexOf('"', end + 1)
    backslashes = 0
    while (text[end - 1 - backslashes] === '\\') backslashes++
  } while (backslashes % 2 === 1)
  return end + 1
}

function readString(quoted: string): string {
  return quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1)
}

function describeLoss(source: string): string {
  const shown = source.length > 40 ? `${source.slice(0, 40)}…` : source
  const value = Number(source)
  return Number.isFinite(value)
    ? `the number ${shown} would become ${value}; write it as text`
    : `the number ${shown} is too large; write it as text`
}
