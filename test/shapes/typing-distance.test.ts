import t from 'tap';
import { isCloseTo } from '../../src/shapes/typing-distance.ts';

t.test('words are close that one or two slips tell apart, in short words one', async (t) => {
  for (const [a, b] of [
    ['mou', 'mous'],
    ['mosu', 'mous'],
    ['project', 'projects'],
    ['porjects', 'projects'],
    ['prjcts', 'projects'],
    ['meetigns', 'meetings'],
    ['metings', 'meetings'],
  ] as const) {
    t.ok(isCloseTo(a, b), `${a} ${b}`);
    t.ok(isCloseTo(b, a), `${b} ${a}`);
  }
  for (const [a, b] of [
    ['jobs', 'mous'],
    ['mo', 'mous'],
    ['cities', 'visits'],
    ['projects', 'products-a'],
    ['stations-2023', 'stations-2024'],
    ['mous', 'mous'],
    ['', 'mous'],
  ] as const)
    t.notOk(isCloseTo(a, b), `${a} ${b}`);
});
