import { test } from 'tap';
import { runBackups } from '../backups/run.ts';

/** `npm run backups` makes one a minute. */
test('ten backups beside load are each restored and verified whole, while posts go on', async (t) => {
  const { tried, posts, wrong } = await runBackups(t, {
    count: 10,
    everyMs: 2_000,
    clients: 4,
    events: 3_000,
  });
  t.same(wrong, []);
  for (const { backup, wrong } of tried) t.same(wrong, [], backup.file);
  t.match(tried[0]?.backup, { verified: 'whole' });
  t.match(tried.at(-1)?.backup, { verified: 'hashes' });
  t.ok(posts.besideBackup.length > 0 && posts.besideRestore.length > 0, 'nobody waited for it');
});
