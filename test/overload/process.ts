import { readFileSync } from 'node:fs';

/** What a process of this machine takes, as /proc tells. */
export class Taken {
  readonly #pid: number;
  #peakBytes = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(pid: number) {
    this.#pid = pid;
    this.#timer = setInterval(() => this.#look(), 50);
  }

  /** Of all its threads so far. */
  get cpuMs(): number {
    const stat = readFileSync(`/proc/${this.#pid}/stat`, 'utf8');
    // After the name, which may have blanks: the times are the 12th and 13th, in hundredths of a second.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }

  get residentBytes(): number {
    const [, kibibytes] =
      /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.#pid}/status`, 'utf8')) ?? [];
    return Number(kibibytes) * 1024;
  }

  /** The most that was resident since this was asked last, as far as it was looked. */
  peakBytes(): number {
    this.#look();
    const peak = this.#peakBytes;
    this.#peakBytes = 0;
    return peak;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    this.#peakBytes = Math.max(this.#peakBytes, this.residentBytes);
  }
}
