import ipaddr from 'ipaddr.js'

/**
 * Whom limits take an address for. One connection commonly has a whole /64 of IPv6 (RFC 6177), so that all of it is one client; IPv4
 * within IPv6 is IPv4. What is no address, as a proxy may send, stands for itself.
 */
export function networkOf(address: string): string {
  // Most are IPv4 and need no parsing.
  if (!address.includes(':') || !ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv4') return parsed.toString()
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toNormalizedString()}/64`).toString()}/64`
}
