import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Ending } from '../helpers/child.ts';

/** As in failing-disk.c, in its order. */
const faults = ['sound', 'full', 'full-copying', 'eio-write', 'eio-sync', 'torn'] as const;
export type Fault = (typeof faults)[number];

/** What failing-disk.c shares with this process: four numbers, and a path. */
const [faultAt, afterAt, seedAt, hitsAt, pathAt, bytes] = [0, 8, 16, 24, 32, 8_192];

/** A directory on a disk that fails when it is told to, for the programs that are started with `env`. */
export class FailingDisk {
  readonly env: Record<string, string>;
  readonly #control: number;

  private constructor(t: Ending, directory: string, library: string, control: string) {
    writeFileSync(control, Buffer.alloc(bytes));
    this.#control = openSync(control, 'r+');
    t.teardown(() => closeSync(this.#control));
    this.env = {
      LD_PRELOAD: library,
      FAILING_DISK: directory,
      FAILING_DISK_CONTROL: control,
      // What goes past libc can't be made to fail.
      UV_USE_IO_URING: '0',
    };
  }

  /** own: a directory for its own files. Gives why there can be none as a text. */
  static in(t: Ending, directory: string, own: string): FailingDisk | string {
    if (process.platform !== 'linux') return 'a disk that fails is made on Linux only';
    const library = join(own, 'failing-disk.so');
    const source = fileURLToPath(new URL('./failing-disk.c', import.meta.url));
    const compiled = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl', '-lpthread']);
    if (compiled.error) return `there is no C compiler: ${compiled.error.message}`;
    if (compiled.status !== 0) throw new Error(`${source} does not compile:\n${compiled.stderr}`);
    return new FailingDisk(t, directory, library, join(own, 'failing-disk.control'));
  }

  /** From the call on that comes after so many others that could fail. seed: says what is lost where the power fails. */
  fail(fault: Fault, after: number, seed = 1): void {
    this.#write(faultAt, 0);
    this.#write(afterAt, after);
    this.#write(seedAt, seed);
    this.#write(hitsAt, 0);
    this.#write(faultAt, faults.indexOf(fault));
  }

  /** What failed before stays as it is. */
  mend(): void {
    this.#write(faultAt, 0);
  }

  /** Calls that failed since `fail`. */
  get hits(): number {
    return Number(this.#read(hitsAt, 8).readBigInt64LE());
  }

  /** The file of the last one. */
  get path(): string {
    const path = this.#read(pathAt, bytes - pathAt);
    return path.toString('utf8', 0, path.indexOf(0));
  }

  #write(at: number, value: number): void {
    const number = Buffer.alloc(8);
    number.writeBigInt64LE(BigInt(value));
    writeSync(this.#control, number, 0, 8, at);
  }

  #read(at: number, length: number): Buffer {
    const read = Buffer.alloc(length);
    readSync(this.#control, read, 0, length, at);
    return read;
  }
}
