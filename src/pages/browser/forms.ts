/*
 * Forms that record. What would be recorded is asked of the ledger first (a dry run) and shown with its warnings; only exactly that
 * is sent then, with a key, so that sending it twice records it once.
 */

interface Texts {
  checking: string;
  wouldRecord: string;
  changes: string;
  noChange: string;
  warnings: string;
  refused: string;
  recorded: string;
  unreachable: string;
  see: string;
  absent: string;
  types: { [type: string]: string };
}

interface Posted {
  type: string;
  recordId?: string;
  repeat?: number;
  occurredOn?: string;
  data?: { [name: string]: unknown };
  [name: string]: unknown;
}

/** The events that a form makes, and where they go. */
interface Made {
  initiativeId?: string;
  events: Posted[];
  /** Of a correction: what it changes. */
  changed?: { label: string; from: string; to: string }[];
}

class RecordingForm {
  readonly #form: HTMLFormElement;
  readonly #texts: Texts;
  readonly #outcome: HTMLElement;
  readonly #record: HTMLButtonElement;
  /** What was shown, and the key with which it is sent. */
  #shown: { body: string; key: string } | undefined;

  constructor(form: HTMLFormElement) {
    this.#form = form;
    this.#texts = JSON.parse(form.dataset['texts'] ?? '') as Texts;
    this.#outcome = form.querySelector<HTMLElement>('.outcome') ?? form;
    this.#record = form.querySelector<HTMLButtonElement>('button[value=record]') as HTMLButtonElement;
    form.hidden = false;
    form.addEventListener('input', () => {
      this.#record.disabled = true;
    });
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const { submitter } = event;
      void (submitter instanceof HTMLButtonElement && submitter.value === 'record'
        ? this.#send()
        : this.#preview());
    });
  }

  async #preview(): Promise<void> {
    const made = madeBy(this.#form);
    if (made.events.length === 0 || made.changed?.length === 0)
      return this.#say('refused', [this.#texts.noChange]);
    this.#say('checking', [this.#texts.checking]);
    const body = JSON.stringify(made.events.length === 1 ? made.events[0] : { events: made.events });
    const answer = await this.#post(made, body, '?dryRun=true');
    if (!answer) return;
    this.#shown = { body, key: this.#shown?.body === body ? this.#shown.key : randomKey() };
    const list = document.createElement('ul');
    for (const { label, from, to } of made.changed ?? []) {
      const item = document.createElement('li');
      const [del, ins] = [document.createElement('del'), document.createElement('ins')];
      del.textContent = from || this.#texts.absent;
      ins.textContent = to || this.#texts.absent;
      item.append(`${label}: `, del, ' ', ins);
      list.append(item);
    }
    if (!made.changed) for (const event of made.events) list.append(line('li', this.#described(event)));
    const warnings = (answer['warnings'] as { detail: string }[]).map(({ detail }) => line('li', detail));
    const warned = document.createElement('ul');
    warned.className = 'warnings';
    warned.append(...warnings);
    this.#outcome.dataset['outcome'] = 'preview';
    this.#outcome.replaceChildren(
      line('h3', made.changed ? this.#texts.changes : this.#texts.wouldRecord),
      list,
      ...(warnings.length > 0 ? [line('h3', this.#texts.warnings), warned] : []),
    );
    this.#record.disabled = false;
  }

  async #send(): Promise<void> {
    const made = madeBy(this.#form);
    if (!this.#shown) return;
    this.#record.disabled = true;
    const answer = await this.#post(made, this.#shown.body, '', this.#shown.key);
    if (!answer) {
      // The answer may have been lost: the same key makes it safe to send again.
      this.#record.disabled = false;
      return;
    }
    const recorded = answer['recorded'] as { position: number; recordId: string; type: string }[];
    this.#outcome.dataset['outcome'] = 'recorded';
    const list = document.createElement('ul');
    const path = `${this.#form.dataset['base']}/initiatives/${initiativeOf(this.#form, made)}`;
    for (const { position, recordId, type } of recorded.slice(0, 50)) {
      const link = Object.assign(document.createElement('a'), {
        href: type === 'InitiativeRegistered' ? path : `${path}/records/${recordId}`,
        textContent: recordId,
      });
      const item = document.createElement('li');
      item.append(`${position}: ${this.#texts.types[type] ?? type} `, link);
      list.append(item);
    }
    const see = Object.assign(document.createElement('a'), { href: path, textContent: this.#texts.see });
    this.#outcome.replaceChildren(line('h3', this.#texts.recorded), list, see);
  }

  /** Undefined where it was refused, or nobody answered, which is shown. */
  async #post(
    made: Made,
    body: string,
    query: string,
    key?: string,
  ): Promise<{ [name: string]: unknown } | undefined> {
    const { base = '' } = this.#form.dataset;
    const url = `${base}/v1/initiatives/${encodeURIComponent(initiativeOf(this.#form, made))}/events${query}`;
    const headers = { 'content-type': 'application/json', ...(key && { 'idempotency-key': key }) };
    try {
      const answer = await fetch(url, { method: 'POST', headers, body });
      const said = await answer.json();
      if (answer.ok) return said;
      const parts = (said.errors ?? []).map(
        ({ pointer, detail }: { pointer: string; detail: string }) => `${pointer} ${detail}`,
      );
      this.#say('refused', [this.#texts.refused, said.detail ?? said.title, ...parts.slice(0, 5)]);
    } catch {
      this.#say('refused', [this.#texts.unreachable]);
    }
    return undefined;
  }

  #described({ type, repeat, occurredOn, recordId, data = {} }: Posted): string {
    const name =
      data['title'] ?? data['name'] ?? (data['metric'] ? `${data['value']} ${data['metric']}` : recordId);
    return [
      repeat ? `${repeat} ×` : '',
      this.#texts.types[type] ?? type,
      name,
      occurredOn ? `(${occurredOn})` : '',
    ]
      .filter(Boolean)
      .join(' ');
  }

  #say(outcome: string, lines: string[]): void {
    this.#outcome.dataset['outcome'] = outcome;
    this.#outcome.replaceChildren(...lines.map((text) => line('p', text)));
  }
}

const initiativeOf = (form: HTMLFormElement, { initiativeId }: Made): string =>
  initiativeId ?? form.dataset['path']?.split('/').at(-1) ?? '';

const line = (tag: string, textContent: string): HTMLElement =>
  Object.assign(document.createElement(tag), { textContent });

/** WebCrypto's own is there only over https. */
const randomKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );

function madeBy(form: HTMLFormElement): Made {
  const { moreRecordid: recordId = '', moreVersion = '' } = form.dataset;
  const read = reader(form);
  const expectedVersion = Number(moreVersion);
  const reason = { code: read('reasonCode') ?? 'other', text: read('reasonText') ?? '' };
  switch (form.dataset['records']) {
    case 'initiative':
      return registered(read);
    case 'press':
      return pressRelease(read);
    case 'correction':
      return corrected(form, read, {
        type: 'RecordCorrected',
        recordId,
        expectedVersion,
        reason,
        ...sourcesOf(read),
      });
    case 'evidence':
      return { events: [{ type: 'EvidenceAdded', recordId, ...sourcesOf(read) }] };
    case 'retraction':
      return { events: [{ type: 'RecordRetracted', recordId, expectedVersion, reason }] };
    default:
      return { events: [{ type: 'RecordReinstated', recordId, expectedVersion, reason }] };
  }
}

type Read = (name: string) => string | undefined;

/** Reads a field, whatever form its name begins with; undefined where nothing is written in it. */
const reader =
  (form: HTMLFormElement): Read =>
  (name) => {
    const control = form.querySelector<HTMLInputElement>(`[name="${name}"], [name$="-${name}"]`);
    return control?.value.trim() || undefined;
  };

const linesOf = (text: string | undefined): string[] =>
  (text ?? '').split('\n').flatMap((line) => line.trim() || []);

function sourcesOf(read: Read): { sources?: object[] } {
  const [publisher, title, url] = [read('publisher'), read('sourceTitle'), read('url')];
  const [publishedOn, quote] = [read('publishedOn'), read('quote')];
  const source = {
    ...(publisher && { publisher }),
    ...(title && { title }),
    ...(url && { url }),
    ...(publishedOn && { publishedOn }),
    ...(quote && { quote }),
  };
  return Object.keys(source).length > 0 ? { sources: [source] } : {};
}

function registered(read: Read): Made {
  const occurredOn = read('occurredOn');
  // A country stands at the end, in brackets: Singapore (SG).
  const parties = linesOf(read('parties')).map((text) => {
    const [, name = text, country] = /^(.*?)\s*\(([A-Z]{2}(?:-[A-Z0-9]{1,3})?)\)$/.exec(text) ?? [];
    return { name, ...(country && { country }) };
  });
  const pillars = linesOf(read('pillars'));
  const event: Posted = {
    type: 'InitiativeRegistered',
    ...(occurredOn && { occurredOn }),
    data: {
      name: read('name') ?? '',
      ...(parties.length > 0 && { parties }),
      ...(pillars.length > 0 && { pillars }),
    },
    ...sourcesOf(read),
  };
  return { initiativeId: read('initiativeId') ?? '', events: [event] };
}

function pressRelease(read: Read): Made {
  const occurredOn = read('occurredOn');
  const dated = occurredOn ? { occurredOn } : {};
  const sources = sourcesOf(read);
  const chosen = read('meetingId');
  const isNew = chosen === '+';
  const meetingId = isNew ? read('newMeetingId') : chosen;
  const events: Posted[] = [];
  if (isNew) {
    const [series, ordinal, place] = [read('series'), read('ordinal'), read('place')];
    const data = {
      ...(series && { series }),
      ...(ordinal && { ordinal: Number(ordinal) }),
      ...(place && { place }),
    };
    events.push({
      type: 'MeetingHeld',
      ...(meetingId && { recordId: meetingId }),
      ...dated,
      data,
      ...sources,
    });
  }
  const pillar = read('pillar');
  const at = meetingId ? { meetingId } : {};
  for (const [type, number, titles, metric] of [
    ['MoUSigned', read('mous'), linesOf(read('mouTitles')), 'mous'],
    ['ProjectLaunched', read('projects'), linesOf(read('projectTitles')), 'projects'],
  ] as const) {
    // A milestone at a meeting has the day of the meeting, which an existing one knows itself.
    const when = occurredOn ? dated : {};
    for (const title of titles)
      events.push({
        type,
        ...when,
        data: { title, titleKind: 'description', ...at, ...(pillar && { pillar }) },
        ...sources,
      });
    const unnamed = Number(number ?? 0) - titles.length;
    if (unnamed > 0) events.push({ type, repeat: unnamed, ...when, data: at, ...sources });
    if (number !== undefined && meetingId)
      events.push(claim(metric, number, 'exact', `meeting:${meetingId}`, dated, sources));
  }
  for (const [metric, number] of [
    ['mous', read('claimedMous')],
    ['projects', read('claimedProjects')],
  ] as const)
    if (number !== undefined)
      events.push(
        claim(metric, number, read('qualifier') ?? 'exact', read('scope') ?? 'all', dated, sources),
      );
  return { events };
}

const claim = (
  metric: string,
  value: string,
  qualifier: string,
  scope: string,
  dated: object,
  sources: object,
): Posted => ({
  type: 'FigureClaimed',
  ...dated,
  data: { metric, value: Number(value), qualifier, scope },
  ...sources,
});

/** Only what was changed in the form is sent. An empty field takes the member away. */
function corrected(form: HTMLFormElement, _read: Read, event: Posted): Made {
  const changes: { [name: string]: unknown } = {};
  const data: { [name: string]: unknown } = {};
  const changed: Made['changed'] = [];
  for (const control of form.querySelectorAll<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>(
    '[data-path]',
  )) {
    const from =
      control instanceof HTMLSelectElement
        ? ([...control.options].find(({ defaultSelected }) => defaultSelected)?.value ?? '')
        : control.defaultValue;
    const to = control.value.trim();
    if (to === from.trim()) continue;
    const [, first = '', second] = (control.dataset['path'] ?? '').split('/');
    const value = to === '' ? null : control.hasAttribute('data-integer') ? Number(to) : to;
    if (second === undefined) changes[first] = value;
    else data[second] = value;
    changed.push({ label: control.labels?.[0]?.textContent ?? first, from, to });
  }
  if (Object.keys(data).length > 0) changes['data'] = data;
  return { events: [{ ...event, changes }], changed };
}

for (const form of document.querySelectorAll<HTMLFormElement>('form[data-records]')) new RecordingForm(form);
