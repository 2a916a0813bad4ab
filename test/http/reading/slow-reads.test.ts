import { test } from 'tap';
import { onlyLong } from '../../helpers/effort.ts';
import { mou, openRegister, registered } from './register.ts';

test('many searches at once do not keep a summary waiting', onlyLong, async (t) => {
  const { app, post } = await openRegister(t);
  await post('sci', registered());
  for (let batch = 0; batch < 4; batch++)
    await post(
      'sci',
      ...Array.from({ length: 1_000 }, (_, i) =>
        mou(`m-${batch}-${i}`, '2023', { title: `${'ab '.repeat(100)}${batch} ${i}` }),
      ),
    );
  const ended: string[] = [];
  const ask = async (name: string, url: string): Promise<void> => {
    const { statusCode } = await app.inject(url);
    ended.push(`${name} ${statusCode}`);
  };
  const searches = Array.from({ length: 12 }, (_, i) =>
    ask('search', `/v1/records?q=${encodeURIComponent(`${'ab '.repeat(60)}c${i}`)}&count=true`),
  );
  await Promise.all([...searches, ask('summary', '/v1/initiatives/sci/summary')]);
  t.equal(ended.length, 13);
  t.equal(ended[0], 'summary 200', ended.join());
});
