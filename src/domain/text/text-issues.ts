import type { ContentIssue } from '../constellation/content-issue.ts'
import { nearestName } from './nearest-name.ts'
import { isJsonObject } from '../json/value.ts'
import { findValueIssues } from '../constellation/validate-content.ts'
import { countCharacters, isVisible, nameFault } from './visible-text.ts'

export const longestTitle = 500
export const longestUrl = 2048
const mostAllowedShown = 100

export function titleIssues(title: string, pointer: string): ContentIssue[] {
  return nameIssues(title, pointer, 'title', longestTitle)
}

export function nameIssues(text: string, pointer: string, what: string, longest = Infinity): ContentIssue[] {
  const issues = valueIssues(text, pointer)
  if (issues.length > 0) return issues
  const fault = nameFault(text)
  if (fault !== null)
    issues.push({
      pointer,
      message: `a ${what} ${fault}`,
      rule: `${what}.${isVisible(text) ? 'text' : 'blank'}`,
    })
  const count = countCharacters(text)
  if (count > longest) {
    const message = `a ${what} has ${longest} characters at most, and this one ${count}`
    issues.push({ pointer, message, rule: `${what}.length`, allowed: longest })
  }
  return issues
}

export function valueIssues(value: unknown, pointer: string): ContentIssue[] {
  return findValueIssues(value).map((issue) => ({ ...issue, pointer: pointer + issue.pointer }))
}

export function attributesIssues(attributes: unknown, pointer: string): ContentIssue[] {
  if (attributes == null) return []
  if (!isJsonObject(attributes))
    return [{ pointer, message: 'attributes are a JSON object', rule: 'json.object' }]
  return valueIssues(attributes, pointer)
}

export function urlIssues(url: string, pointer: string): ContentIssue[] {
  if (Buffer.byteLength(url) > longestUrl)
    return [
      {
        pointer,
        message: `an address has ${longestUrl} bytes at most`,
        rule: 'url.length',
        allowed: longestUrl,
      },
    ]
  return valueIssues(url, pointer)
}

/** The issue of an unknown `kind`, `relation` …, listing the known names. */
export function unknownName(
  pointer: string,
  what: string,
  name: string,
  known: Iterable<string>,
): ContentIssue {
  const names = [...known].sort()
  const nearest = nearestName(name, names)
  return {
    pointer,
    message: `there is no ${what} ${name}${nearest === null ? '' : `; did you mean ${nearest}?`}`,
    rule: `${what}.known`,
    ...(names.length <= mostAllowedShown && { allowed: names }),
  }
}
