export const initiativeId = 'shenzhen-sci';

export const initiative = {
  type: 'InitiativeRegistered',
  data: {
    name: 'Singapore-China (Shenzhen) Smart City Initiative',
    parties: [
      { name: 'Singapore', country: 'SG' },
      { name: "Shenzhen Municipal People's Government", country: 'CN-GD' },
    ],
  },
};

const pillars = ['Digital Connectivity', 'Innovation and Entrepreneurship', 'Talent Exchange'];
const sectors = ['trade', 'finance', 'legal-tech', 'health', 'education'];
const zones = ['qianhai', 'hetao', 'nanshan', undefined];
const instruments = ['MoU', 'agreement', undefined];

/** A milestone as an officer posts it: about a thousand bytes as a leaf, no two with one title. */
export function milestone(number: number) {
  const pick = <T>(values: T[]): T | undefined => values[number % values.length];
  return {
    type: number % 3 === 0 ? 'ProjectLaunched' : 'MoUSigned',
    occurredOn: `${2020 + (number % 6)}-${`${1 + (number % 12)}`.padStart(2, '0')}`,
    data: {
      ...signed(`${number}`.padStart(9, '0')).data,
      pillar: pick(pillars),
      sector: pick(sectors),
      zone: pick(zones),
      instrument: pick(instruments),
    },
    sources: signed('').sources,
  };
}

const signed = (number: string) => ({
  type: 'MoUSigned',
  occurredOn: '2023-12-14',
  data: {
    title: `Memorandum of Understanding ${number} on cross-border electronic trade documents and digital identity`,
    titleKind: 'official',
    parties: [
      { name: 'Infocomm Media Development Authority', country: 'SG' },
      { name: 'Shenzhen Municipal Bureau of Commerce', country: 'CN-GD' },
    ],
    pillar: 'Digital Connectivity',
    sector: 'trade',
  },
  sources: [
    {
      publisher: 'Smart Cities World',
      title: 'Singapore and Shenzhen sign further agreements under the Smart City Initiative',
      url: 'https://www.smartcitiesworld.net/news/singapore-and-shenzhen-sign-further-agreements',
      publishedOn: '2024-01-02',
      lang: 'en',
      quote:
        'The two sides signed eight memoranda of understanding and launched fourteen projects at the fourth meeting of the joint implementation committee.',
    },
  ],
});

/** Requests to post one MoUSigned, each with a title of its own and all of one length. */
export const postRequests = (port: number, to = initiativeId, token?: string) =>
  numbered(port, to, signed(mark), 100_000_000, token);

/** Requests to post a batch of these. */
export const batchRequests = (port: number, events: number) =>
  numbered(port, initiativeId, { events: Array.from({ length: events }, () => signed(mark)) }, 500_000_000);

/** A request to correct a record, by a value that it did not have. */
export function correctionRequest(port: number, to: string, recordId: string, value: number): string {
  const text = JSON.stringify({
    type: 'RecordCorrected',
    recordId,
    changes: { data: { tier: `Tier ${value}` } },
    reason: { code: 'typing-error', text: 'Known better now.' },
  });
  return request('POST', port, eventsOf(to), text) + text;
}

const mark = '#########';

/** Requests with a body in which each mark is another number. */
function numbered(
  port: number,
  to: string,
  body: object,
  first: number,
  token?: string,
): { next: () => string; bytes: number } {
  const text = JSON.stringify(body);
  const parts = (request('POST', port, eventsOf(to), text, token) + text).split(mark);
  let number = first;
  const next = (): string => parts.reduce((before, part) => `${before}${++number}${part}`);
  return { next, bytes: next().length };
}

const eventsOf = (initiativeId: string): string => `/v1/initiatives/${initiativeId}/events`;

export const getRequest = (port: number, path: string): string => request('GET', port, path, '');

function request(method: string, port: number, path: string, body: string, token?: string): string {
  const content =
    body === '' ? '' : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;
  const credentials = token === undefined ? '' : `Authorization: Bearer ${token}\r\n`;
  return `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${credentials}${content}\r\n`;
}
