/** Reports an operation's phase, rows and overall share from 0 to 1. */
export type Progress = (step: {
  readonly label: string
  readonly rows: number
  readonly share: number
}) => void
