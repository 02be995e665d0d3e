import { countCharacters } from '../text/visible-text.ts'

/** Substrings that make a password easy to guess, however it is decorated. */
const guesses = [
  'password',
  'passwort',
  'letmein',
  'welcome',
  'changeme',
  'changeit',
  'qwerty',
  'iloveyou',
  'administrator',
  'adminadmin',
  'default',
  'secretsecret',
  'correcthorsebatterystaple',
  '1234567890',
  'abcdefgh',
]

export const shortestPassword = 16

/** Why a password is unfit for a production server; null if it is fine. */
export function findPasswordFault(password: string): string | null {
  if (countCharacters(password) < shortestPassword)
    return `is too short for production; take ${shortestPassword} characters or more`
  const plain = password.toLowerCase().replaceAll('0', 'o').replaceAll('@', 'a').replaceAll('$', 's')
  const letters = plain.replace(/[^a-z0-9]/g, '')
  const digits = password.replace(/\D/g, '')
  const isGuessed = guesses.some((guess) => letters.includes(guess) || digits.includes(guess))
  if (isGuessed || new Set(password).size < 6)
    return 'is one that everybody tries first; take a random one, for example of `openssl rand -base64 24`'
  return null
}
