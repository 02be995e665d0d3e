import { SettingsError } from '../../errors.ts'

/** The two addresses of one database, as the settings hold them. */
export interface DatabaseAddresses {
  readonly databaseUrl: string | null
  readonly directDatabaseUrl: string | null
}

/** Whether an address leads through Neon's pooler (PgBouncer in transaction mode), by Neon's own naming of hosts. */
export function isNeonPooler(url: string): boolean {
  const { hostname } = new URL(url)
  return hostname.endsWith('.neon.tech') && /^[^.]+-pooler\./.test(hostname)
}

/** Whether an address leads through a pooler that hands a session on after each transaction. */
export function isPooled(url: string): boolean {
  return isNeonPooler(url) || new URL(url).searchParams.get('pgbouncer') === 'true'
}

/**
 * The address for what a pooler breaks: schema and data migrations, LISTEN and backups. Null: the embedded database.
 *
 * @throws {SettingsError} when only a pooled address is known
 */
export function directUrl({ databaseUrl, directDatabaseUrl }: DatabaseAddresses): string | null {
  const url = directDatabaseUrl ?? databaseUrl
  if (url !== null && isPooled(url)) {
    const variable = directDatabaseUrl === null ? 'DATABASE_URL' : 'DIRECT_DATABASE_URL'
    throw new SettingsError([
      `DIRECT_DATABASE_URL is needed here: ${variable} leads through a pooler, which breaks migrations, LISTEN and ` +
        'backups. Set it to the direct address (on Neon: the same host without "-pooler").',
    ])
  }
  return url
}

/**
 * An address as this program connects by it. `prefer`, `require` and `verify-ca` all come to mean what `verify-full`
 * says: TLS, and the server's certificate is verified. A private authority's certificate is named by `sslrootcert`;
 * `sslmode=no-verify` encrypts without verifying.
 */
export function withVerifiedTls(url: string): string {
  const parsed = new URL(url)
  const mode = parsed.searchParams.get('sslmode')
  if (mode === null || ['disable', 'no-verify', 'verify-full'].includes(mode)) return url
  parsed.searchParams.set('sslmode', mode === 'allow' ? 'disable' : 'verify-full')
  return parsed.href
}

/** An address for people: host and database, no account and no password. */
export function describeUrl(url: string): string {
  const parsed = new URL(url)
  const host = parsed.searchParams.get('host') ?? parsed.host
  return `${decodeURIComponent(parsed.pathname.slice(1)) || 'postgres'} at ${host}`
}
