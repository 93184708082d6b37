import { networkInterfaces } from 'node:os';

/** IPv4 addresses of this machine at which others of the network can reach it. */
export function networkAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flat()
    .flatMap((address) =>
      address === undefined || address.internal || address.family !== 'IPv4' ? [] : [address.address],
    );
}
