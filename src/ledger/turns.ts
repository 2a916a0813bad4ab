/** Items that are decided before whoever else waits may have a turn. */
export const itemsAtOnce = 32;
