import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Test, test } from 'tap';
import { closedLedger } from '../helpers/access.ts';
import { startProgram } from '../helpers/child.ts';
import { runCommand } from '../helpers/command.ts';
import { initiative, meeting } from '../helpers/decide.ts';

/** A ledger with a meeting, and commands that ask it by environment alone. */
async function served(t: Test) {
  const ledger = await closedLedger(t, { SIGNER_DIR: '' });
  const url = await ledger.app.listen({ host: '127.0.0.1', port: 0 });
  const env = { LEDGER_URL: url, LEDGER_TOKEN: ledger.admin, DATABASE_URL: `file:${t.testdirName}/none.db` };
  await ledger.record('sci', initiative(), meeting());
  const run = (args: string[], input = '') => runCommand(args, env, input);
  const json = async (...args: string[]) => JSON.parse((await run([...args, '--json'])).out);
  return { ...ledger, env, run, json };
}

test('post records an event from options, from a file and from standard input', async (t) => {
  const { run, json } = await served(t);
  const made = ['post', 'sci', '--type', 'MoUSigned', '--data', 'title=AI = talent', '--on', '2023-12-14'];
  const source = ['--publisher', 'Smart Cities World', '--source', 'https://example.org/a'];
  t.match(await run([...made, ...source, '--dry-run']), {
    code: 0,
    out: /^\d+\tMoUSigned\tmou-1\tversion 1\nNothing was recorded: this is what would be\.\n$/,
    err: '',
  });
  const keyed = [...made, ...source, '--key', 'one', '--data', 'amount:={"value":5,"currency":"SGD"}'];
  t.match(await run(keyed), { code: 0, out: /\nRecorded; size \d+, root hash [0-9a-f]{64}\n$/ });
  t.match(await run(keyed), { code: 0, out: /\nRecorded before; size / });
  t.match(await json('show', 'sci', 'mou-1'), {
    version: 1,
    occurredOn: '2023-12-14',
    data: { title: 'AI = talent', amount: { value: 5, currency: 'SGD' } },
    sources: [{ publisher: 'Smart Cities World', url: 'https://example.org/a' }],
  });

  const corrected = ['post', 'sci', '--type', 'RecordCorrected', '--record', 'mou-1'];
  const changes = [
    '--change',
    'occurredOn=2023-12',
    '--change',
    'title:=null',
    '--change',
    'data.pillar=talent',
  ];
  const reason = ['--reason', 'typing-error: The day: unknown.', '--expect-version', '1'];
  t.equal((await run([...corrected, ...changes, ...reason])).code, 0);
  t.match(await run([...corrected, ...changes, ...reason]), {
    code: 1,
    out: '',
    err: /^milestone-ledger: the ledger refused: POST \S+: 409 version-conflict: /,
  });
  t.match(await run(['post', 'sci', '--type', 'MoUSigned', '--data', 'title=']), {
    code: 1,
    err: /400 invalid-body: \/data\/title must NOT /,
  });
  const { data, history } = await json('show', 'sci', 'mou-1');
  t.same(data, { pillar: 'talent', amount: { value: 5, currency: 'SGD' } });
  t.match(history[1], { type: 'RecordCorrected', reason: { text: 'The day: unknown.' } });

  const directory = t.testdir({
    'a.json': '{"events":[{"type":"MoUSigned","occurredOn":"2024"}]}',
    'b.json': '[',
  });
  const posted = await json('post', 'sci', join(directory, 'a.json'));
  t.match(posted, { recorded: [{ recordId: 'mou-2' }], replayed: false, warnings: [] });
  const twice = '{"type":"MoUSigned","occurredOn":"2024","repeat":2}';
  t.match((await run(['post', 'sci', '-'], twice)).out, /\tmou-3\t.*\n\d+\tMoUSigned\tmou-4\t/);

  for (const [args, err] of [
    [['post', 'sci'], 'Say what to record: --type, or a file.'],
    [['post', 'sci', '-', '--type', 'MoUSigned'], 'Give a file or options, not both.'],
    [['post', 'sci', join(directory, 'b.json')], 'is not a JSON object.'],
    [['post', 'sci', join(directory, 'none.json')], 'ENOENT'],
    [['post', 'sci', '--type', 'MoUSigned', '--source', 'https://example.org'], '--publisher'],
    [['post', 'sci', '--type', 'MoUSigned', '--data', 'title'], 'name=text'],
    [['post', 'sci', '--type', 'MoUSigned', '--data', 'a:=x'], 'no JSON'],
    [[...corrected, '--reason', 'because'], 'typing-error'],
    [['post', 'sci', '--type', 'MoUSigned', '--repeat', '1e3'], 'whole number'],
  ] as const)
    t.match(await run([...args]), { code: 2, out: '', err: new RegExp(err) }, args.join(' '));
});

test('show prints an initiative and a record, as of now and as of then', async (t) => {
  const { run, json, record } = await served(t);
  const { basis } = await record('sci', {
    type: 'RecordCorrected',
    recordId: 'jic-4',
    changes: { data: { place: 'Shenzhen Bay' } },
    reason: { code: 'late-information', text: 'The place is reported.' },
  });
  const shown = await run(['show', 'sci']);
  t.match(shown, { code: 0, err: '' });
  t.match(shown.out, /^ {2}1 meetings$/m);
  t.match(shown.out, /^ {2}jic-4 .* unknown +unknown$/m);
  t.match(shown.out, new RegExp(`^As of position ${basis.treeSize}, root hash ${basis.rootHash}$`, 'm'));
  t.match(await json('show', 'sci'), { initiativeId: 'sci', meetings: [{ recordId: 'jic-4', version: 2 }] });
  const before = ['--as-of-position', String(basis.treeSize - 1)];
  t.match(await json('show', 'sci', ...before), { meetings: [{ version: 1 }] });
  t.match(await json('show', 'sci', '--until', '2000'), { counts: { meetings: { total: 0 } }, meetings: [] });

  const meeting = await run(['show', 'sci', 'jic-4']);
  t.match(meeting.out, /^meeting jic-4, standing, version 2: 2023-12-14$/m);
  t.match(meeting.out, /^ {2}place +Shenzhen Bay$/m);
  t.match(meeting.out, /^ {5}because \(late-information\) The place is reported\.$/m);
  t.match(meeting.out, /^ {5}\/data\/place: .* → Shenzhen Bay$/m);
  t.match(await json('show', 'sci', 'jic-4', ...before), { version: 1, history: { length: 1 } });
  t.match(await run(['show', 'sci', 'none']), { code: 1, out: '', err: /404 record-not-found/ });
  t.match(await run(['show', 'none']), { code: 1, out: '', err: /404 initiative-not-found/ });
});

test('watch prints what was recorded, and what is', async (t) => {
  const { env, record } = await served(t);
  const child = startProgram(['watch', '--initiative', 'sci', '--after', '0'], env);
  t.teardown(() => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string[]> => String((await lines.next()).value).split('\t');
  t.match(await next(), [/^\d+$/, /^\d{4}-/, 'sci', 'InitiativeRegistered', 'sci v1', 'principal-1']);
  t.match(await next(), { 3: 'MeetingHeld', 4: 'jic-4 v1', 6: '2023-12-14' });
  await record('sci', { type: 'FigureClaimed', ...claim });
  t.match(await next(), { 3: 'FigureClaimed', 7: 'mous exact 29' });
  const exit = once(child, 'exit');
  child.kill('SIGINT');
  t.equal((await exit)[1], 'SIGINT');
});

const claim = {
  occurredOn: '2023-12-14',
  data: { metric: 'mous', value: 29, qualifier: 'exact', scope: 'meetings' },
  sources: [{ publisher: 'Smart Cities World' }],
};

test('a command that is mistyped is answered with the one that is meant, and help has examples', async (t) => {
  const { run } = await served(t);
  t.match(await run(['shwo', 'sci']), { code: 2, err: /Did you mean show\?/ });
  t.match(await run(['show', 'sci', '--utnil', '2020']), { code: 2, err: /Did you mean --until\?/ });
  for (const command of ['post', 'show', 'watch', 'completion', 'import', 'token'])
    t.match(await run([command, '--help']), { code: 0, out: /\nExamples:\n {2}milestone-ledger / }, command);
});

test('each shell is told the commands and their options', async (t) => {
  const { run } = await served(t);
  const script = async (shell: string) => (await run(['completion', shell])).out;
  const completed = async (...words: string[]): Promise<string> => {
    const asked = `COMP_WORDS=(milestone-ledger ${words.join(' ')} '')
COMP_CWORD=${words.length + 1}
_milestone_ledger
echo "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', `${await script('bash')}\n${asked}`]);
    t.equal(String(stderr), '');
    return String(stdout);
  };
  t.match(await completed(), /^serve doctor migrate .*post show watch .*completion/);
  t.match(await completed('show'), /^--as-of --as-of-position --until --json --url --help$/m);
  t.match(await completed('token'), /^create list revoke .*--role/);
  for (const shell of ['zsh', 'fish']) {
    const text = await script(shell);
    t.match(text, 'as-of-position', shell);
    const { error, status, stderr } = spawnSync(shell, ['-n', '/dev/stdin'], { input: text });
    if (error) t.comment(`${shell} is not on this machine, so its script is not parsed`);
    else t.equal(status, 0, `${shell}: ${stderr}`);
  }
  t.match(await run(['completion', 'tcsh']), { code: 2, err: /bash, zsh, fish/ });
});

test('import and token print JSON where that is asked for', async (t) => {
  const { json } = await served(t);
  const file = join(t.testdir({ 'a.ndjson': '{"type":"MoUSigned","occurredOn":"2023"}\nx\n' }), 'a.ndjson');
  t.match(await json('import', '--initiative', 'sci', file), {
    lines: 2,
    recorded: 1,
    failed: 1,
    errors: [{ line: 2 }],
    basis: { rootHash: /^[0-9a-f]{64}$/ },
  });
  const made = ['--label', 'A', '--role', 'reader', '--initiative', 'sci', '--expires', '1d'];
  const { tokenId } = await json('token', 'create', ...made);
  const { items } = await json('token', 'list');
  t.ok(items.some((one: { tokenId: string }) => one.tokenId === tokenId));
});
