import ipaddr from 'ipaddr.js'

/**
 * The rate-limit key of an address. A connection commonly has a whole IPv6 /64 (RFC 6177), so all of it is
 * one client; IPv4-mapped IPv6 is IPv4. Text that is no address, as a proxy may send, is its own key.
 */
export function networkOf(address: string): string {
  // Most are IPv4 and need no parsing.
  if (!address.includes(':') || !ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv4') return parsed.toString()
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toNormalizedString()}/64`).toString()}/64`
}
