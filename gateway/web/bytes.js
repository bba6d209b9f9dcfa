// Numbers of bytes for people, in the units that `easel plan` has.

const MIB = 2 ** 20;
const GIB = 2 ** 30;

export function bytesText(bytes) {
  if (!bytes) return '–';
  return bytes < GIB ? `${(bytes / MIB).toFixed(bytes < 100 * MIB ? 1 : 0)} MiB` : `${(bytes / GIB).toFixed(1)} GiB`;
}
