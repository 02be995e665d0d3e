import { connectionFields } from './connection.mjs'

/**
 * A failure as Prisma's CLI prints it, with the codes the native engine gives.
 * @returns {{ code: string | undefined, message: string }}
 */
export function engineError(error, url) {
  const { host, port, database } = url ? connectionFields(url) : {}
  switch (error?.code) {
    case '3D000':
      return { code: 'P1003', message: `Database \`${database}\` does not exist` }
    case '28P01':
    case '28000':
      return {
        code: 'P1000',
        message: `Authentication failed against database server at \`${host}:${port}\``,
      }
    case 'ECONNREFUSED':
    case 'ENOENT': // a Unix socket that is not there
    case 'ENOTFOUND':
    case 'ETIMEDOUT':
      return { code: 'P1001', message: `Can't reach database server at \`${host}:${port}\`` }
    default:
      return { code: error?.error_code ?? error?.code, message: String(error?.message ?? error) }
  }
}

/** The text of P3018, which names the migration and the database's own words. */
export function migrationFailure(migrationName, databaseError) {
  const { code, message, position } = databaseError
  return {
    code: 'P3018',
    message: [
      'A migration failed to apply. New migrations cannot be applied before the error is recovered from. ' +
        'Read more about how to resolve migration issues in a production database: https://pris.ly/d/migrate-resolve',
      `Migration name: ${migrationName}`,
      `Database error code: ${code}`,
      `Database error:\nERROR: ${message}${position ? `\n\nPosition: ${position}` : ''}`,
    ].join('\n\n'),
  }
}
