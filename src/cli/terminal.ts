import { isatty } from 'node:tty';

/**
 * Whether the program has a terminal. Then it ends when the terminal hangs up (SIGHUP); without one, as under nohup, it ignores
 * SIGHUP. nohup itself has the signal ignored, but Node resets that at its start.
 */
export const endsAtHangUp = [0, 1, 2].some((handle) => isatty(handle));
