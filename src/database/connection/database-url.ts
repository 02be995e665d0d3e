import { SettingsError } from '../../errors.ts'

export interface DatabaseAddresses {
  readonly databaseUrl: string | null
  readonly directDatabaseUrl: string | null
}

/** Whether a URL points at Neon's pooler (PgBouncer in transaction mode), by Neon's host naming. */
export function isNeonPooler(url: string): boolean {
  const { hostname } = new URL(url)
  return hostname.endsWith('.neon.tech') && /^[^.]+-pooler\./.test(hostname)
}

export function isPooled(url: string): boolean {
  return isNeonPooler(url) || new URL(url).searchParams.get('pgbouncer') === 'true'
}

/** The URL for migrations, LISTEN and backups, which a pooler breaks; null for the embedded database. */
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
 * A URL with verified TLS: `prefer`, `require` and `verify-ca` all mean `verify-full`. `sslrootcert` names a
 * private CA's certificate; `sslmode=no-verify` encrypts without verifying.
 */
export function withVerifiedTls(url: string): string {
  const parsed = new URL(url)
  const mode = parsed.searchParams.get('sslmode')
  if (mode === null || ['disable', 'no-verify', 'verify-full'].includes(mode)) return url
  parsed.searchParams.set('sslmode', mode === 'allow' ? 'disable' : 'verify-full')
  return parsed.href
}

export function describeUrl(url: string): string {
  const parsed = new URL(url)
  const host = parsed.searchParams.get('host') ?? parsed.host
  return `${decodeURIComponent(parsed.pathname.slice(1)) || 'postgres'} at ${host}`
}
