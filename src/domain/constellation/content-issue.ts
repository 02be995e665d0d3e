export interface ContentIssue {
  /** RFC 6901, from the root of the checked value. */
  readonly pointer: string
  readonly message: string
  /** Stable, for programs: `text.nul`, `number.exact` … */
  readonly rule: string
  /** The allowed limit or choices, where known. */
  readonly allowed?: unknown
}

/** The input cannot be a content state. Nothing was written; `issues` lists every problem. */
export class InvalidContentError extends Error {
  override readonly name = 'InvalidContentError'
  readonly issues: readonly ContentIssue[]

  constructor(issues: readonly ContentIssue[]) {
    super(summarize(issues))
    this.issues = issues
  }
}

function summarize(issues: readonly ContentIssue[]): string {
  const [first] = issues
  if (first === undefined) return 'The content state is not valid.'
  const place = first.pointer === '' ? 'its root' : first.pointer
  const others = issues.length === 1 ? '' : ` There are ${issues.length - 1} more problems.`
  return `The content state is not valid: ${first.message} (at ${place}).${others}`
}
