/** Measures sides in turns, after each was run once to warm up; which goes first changes from round to round. */
export async function inTurns<Side extends string, Measured>(
  sides: readonly Side[],
  rounds: number,
  run: (side: Side) => Promise<Measured>,
): Promise<Record<Side, Measured[]>> {
  const measured = Object.fromEntries(sides.map((side) => [side, [] as Measured[]]));
  for (const side of sides) await run(side);
  for (let round = 0; round < rounds; round++)
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) measured[side]?.push(await run(side));
  // It has an entry for each side.
  return measured as Record<Side, Measured[]>;
}
