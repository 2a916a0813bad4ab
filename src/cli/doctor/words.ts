const units: [ms: number, one: string, many: string][] = [
  [86_400_000, 'day', 'days'],
  [3_600_000, 'hour', 'hours'],
  [60_000, 'minute', 'minutes'],
];

/** A time in its largest unit, such as `3 hours`; below a minute in seconds. */
export function duration(ms: number): string {
  const [unit, one, many] = units.find(([unit]) => ms >= unit) ?? [1_000, 's', 's'];
  const count = Math.floor(ms / unit);
  return `${count} ${count === 1 ? one : many}`;
}

/** Bytes in the largest unit of which there is one, such as `2.5 GiB`. */
export function size(bytes: number): string {
  const names = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), names.length - 1);
  return `${Math.round((bytes / 1024 ** power) * 10) / 10} ${names[power]}`;
}

/** `1 event`, `2 events`. */
export const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** What an error says, without the stack. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
