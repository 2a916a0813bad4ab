import type { Source } from '../../../events/fields.ts';
import { claimed, described, named, type RealInitiative, type RealRequest, unnamed } from './requests.ts';

/** What both publishers of a total count: MoUs, agreements, protocols and executive programmes together. */
const label = 'cooperation documents';

const madbouly = { name: 'Mostafa Madbouly', role: 'Prime Minister of Egypt', side: 'EG' };
const khasawneh = { name: 'Bisher Khasawneh', role: 'Prime Minister of Jordan', side: 'JO' };

const total147: Source = {
  publisher: 'Mubasher',
  url: 'https://english.mubasher.info/news/3780336/Egyptian-Jordanian-Higher-Committee-signed-147-protocols-agreements-since-1985/',
  publishedOn: '2021-03-22',
  lang: 'en',
  quote:
    'In the past 28 sessions … the last of which was held in Cairo in July 2019, 147 cooperation documents were signed',
};
const session28: RealRequest = {
  key: 'real-jhc-28',
  sources: [total147],
  events: [
    {
      type: 'InitiativeRegistered',
      occurredOn: '1985',
      data: {
        name: 'Egyptian-Jordanian Joint Higher Committee',
        aliases: ['JHC'],
        parties: [
          { name: 'Egypt', country: 'EG' },
          { name: 'Jordan', country: 'JO' },
        ],
      },
    },
    {
      type: 'MeetingHeld',
      recordId: 'jhc-28',
      occurredOn: '2019-07',
      data: { series: 'JHC', ordinal: 28, place: 'Cairo', mode: 'in-person' },
    },
    claimed(
      'claim-jhc-28-to-date',
      '2019-07',
      { metric: 'mous', value: 147, scope: 'meetings', label },
      total147,
    ),
  ],
};

const sevenDocuments: Source = {
  publisher: 'Mubasher',
  url: 'https://english.mubasher.info/news/3781442/Egypt-Jordan-sign-seven-cooperation-agreements/',
  publishedOn: '2021-03-24',
  lang: 'en',
  quote:
    'concluded its work on Tuesday, March 23, in Amman - the Jordanian capital, with seven agreed upon documents',
  note: 'The publication day is inferred from "statement on Wednesday".',
};
const session29: RealRequest = {
  key: 'real-jhc-29',
  sources: [sevenDocuments],
  events: [
    {
      type: 'MeetingHeld',
      recordId: 'jhc-29',
      occurredOn: '2021-03-23',
      data: {
        series: 'JHC',
        ordinal: 29,
        place: 'Amman',
        mode: 'in-person',
        coChairs: [madbouly, khasawneh],
      },
    },
    described('MoUSigned', 'jhc-29', 'Enhancement of electrical interconnection', {
      parties: named(
        'Ministry of Electricity and Renewable Energy, Egypt',
        'Ministry of Energy and Mineral Resources, Jordan',
      ),
      sector: 'energy',
    }),
    described('MoUSigned', 'jhc-29', 'Executive programme on exchange of expertise', {
      parties: named(
        'Ministry of International Cooperation, Egypt',
        'Ministry of Planning and International Cooperation, Jordan',
      ),
      instrument: 'executive programme',
    }),
    described('MoUSigned', 'jhc-29', 'Water sector', { sector: 'water' }),
    described('MoUSigned', 'jhc-29', 'Executive programme on housing and urban development', {
      instrument: 'executive programme',
      sector: 'housing',
    }),
    unnamed('MoUSigned', 'jhc-29', 3),
    claimed(
      'claim-jhc-29-mous',
      '2021-03-23',
      { metric: 'mous', value: 7, scope: 'meeting:jhc-29', madeAt: 'jhc-29' },
      sevenDocuments,
    ),
  ],
};

const twelveMoUs: Source = {
  publisher: 'Zawya',
  url: 'https://www.zawya.com/en/economy/north-africa/egypt-jordan-sign-12-mous-to-boost-cooperation-in-several-fields-ee5w4xk1',
  publishedOn: '2023-08-08',
  lang: 'en',
  quote:
    'Egypt and Jordan have signed 12 memoranda of understanding (MoU) to bolster bilateral cooperation in several fields',
};
const total173: Source = {
  publisher: 'Ministry of International Cooperation, Egypt',
  url: 'https://moic.gov.eg/news/1130',
  publishedOn: '2023-08-08',
  lang: 'en',
  quote:
    'Over the course of 31 sessions of the joint committee, Egypt and Jordan strengthened bilateral cooperation through 173 cooperation documents',
};
const twelveAgreements: Source = {
  publisher: 'Jordan Times via MENAFN',
  url: 'https://menafn.com/1106804863/Jordanian-Egyptian-Joint-Committee-Session-Results-In-12-Agreements',
  lang: 'en',
  quote: 'signed 12 agreements and memoranda of understanding following the 31st session',
};
const programme = 'executive programme';
const session31: RealRequest = {
  key: 'real-jhc-31',
  sources: [twelveMoUs, twelveAgreements],
  events: [
    {
      type: 'MeetingHeld',
      recordId: 'jhc-31',
      occurredOn: '2023-08-07',
      data: {
        series: 'JHC',
        ordinal: 31,
        place: 'Amman',
        mode: 'in-person',
        coChairs: [madbouly, khasawneh],
      },
    },
    described('MoUSigned', 'jhc-31', 'Economic policy, development and exchange of planning expertise', {
      parties: named(
        'Ministry of Planning and International Cooperation, Jordan',
        'Ministry of Planning and Economic Development, Egypt',
      ),
      instrument: 'MoU',
      sector: 'planning',
    }),
    described('MoUSigned', 'jhc-31', 'Cooperation between securities regulators', {
      parties: named('Jordan Securities Commission', 'Financial Regulatory Authority, Egypt'),
      instrument: 'MoU',
      sector: 'finance',
    }),
    described('MoUSigned', 'jhc-31', 'Executive programme on environmental protection', {
      instrument: programme,
      sector: 'environment',
      validFrom: '2023',
      validUntil: '2025',
    }),
    described('MoUSigned', 'jhc-31', 'Executive programme on social affairs', {
      instrument: programme,
      sector: 'social affairs',
      validFrom: '2023',
      validUntil: '2024',
    }),
    described('MoUSigned', 'jhc-31', 'Cooperation programme between news agencies', {
      parties: named('Jordan News Agency (Petra)', 'Middle East News Agency'),
      instrument: 'programme',
      sector: 'media',
    }),
    described('MoUSigned', 'jhc-31', 'Executive programme on cultural cooperation', {
      instrument: programme,
      sector: 'culture',
      validFrom: '2023',
      validUntil: '2026',
    }),
    described('MoUSigned', 'jhc-31', 'Executive programme on technical cooperation in vocational training', {
      instrument: programme,
      sector: 'training',
      validFrom: '2023',
      validUntil: '2024',
    }),
    described(
      'MoUSigned',
      'jhc-31',
      'Seventh executive programme of the labour force cooperation agreement',
      {
        instrument: programme,
        sector: 'labour',
        validFrom: '2023',
        validUntil: '2024',
        note: 'The seventh of its series: renewals are counted as new documents.',
      },
    ),
    described('MoUSigned', 'jhc-31', 'Social insurance cooperation', {
      parties: named(
        'Social Security Corporation, Jordan',
        'National Organization for Social Insurance, Egypt',
      ),
      instrument: 'MoU',
      sector: 'social security',
    }),
    described('MoUSigned', 'jhc-31', 'Health cooperation', {
      parties: named('Ministry of Health, Jordan', 'Ministry of Health, Egypt'),
      instrument: 'MoU',
      sector: 'health',
    }),
    described('MoUSigned', 'jhc-31', 'Religious endowments cooperation', {
      parties: named('Ministry of Awqaf Islamic Affairs and Holy Places, Jordan', 'Ministry of Awqaf, Egypt'),
      instrument: 'MoU',
      sector: 'religious affairs',
    }),
    described('MoUSigned', 'jhc-31', 'Electronic payment for postal services', {
      parties: named('Jordan Post Company', 'Egypt Post'),
      instrument: 'agreement',
      sector: 'postal',
    }),
    claimed(
      'claim-jhc-31-mous-zawya',
      '2023-08-07',
      { metric: 'mous', value: 12, scope: 'meeting:jhc-31', madeAt: 'jhc-31' },
      twelveMoUs,
    ),
    claimed(
      'claim-jhc-31-mous-jordan-times',
      '2023-08-07',
      { metric: 'mous', value: 12, scope: 'meeting:jhc-31', madeAt: 'jhc-31' },
      twelveAgreements,
    ),
    claimed(
      'claim-jhc-31-to-date',
      '2023-08-07',
      { metric: 'mous', value: 173, scope: 'meetings', label, madeAt: 'jhc-31' },
      total173,
    ),
  ],
};

const session32: RealRequest = {
  key: 'real-jhc-32',
  events: [
    claimed(
      'claim-jhc-32-to-date',
      '2024-05-08',
      {
        metric: 'mous',
        value: 173,
        qualifier: 'moreThan',
        scope: 'meetings',
        label: 'agreements in various fields',
      },
      {
        publisher: 'Daily News Egypt via MENAFN',
        url: 'https://menafn.com/1108187180/Egypt-Jordan-Prepare-For-32Nd-Joint-Committee-Meeting-In-Cairo',
        publishedOn: '2024-05-08',
        lang: 'en',
        quote: 'has overseen the signing of more than 173 agreements in various fields',
      },
      'Stated the day before the 32nd session.',
    ),
    {
      type: 'MeetingHeld',
      recordId: 'jhc-32',
      occurredOn: '2024-05-09',
      data: {
        series: 'JHC',
        ordinal: 32,
        place: 'Cairo',
        mode: 'in-person',
        coChairs: [madbouly, khasawneh],
      },
      sources: [
        {
          publisher: 'Jordan Times via MENAFN',
          url: 'https://menafn.com/1108196436/Khasawneh-Egyptian-Counterpart-Discuss-Bilateral-Relationship',
          publishedOn: '2024-05-09',
          lang: 'en',
          quote: 'The 32nd session of the Jordanian-Egyptian Joint Higher Committee convened on Thursday',
        },
      ],
    },
  ],
};

const nineAgreements: Source = {
  publisher: 'Zawya',
  url: 'https://www.zawya.com/en/economy/north-africa/jordan-egypt-sign-agreements-to-boost-cooperation-multi-sector-partnerships-e5oks9mq',
  publishedOn: '2025-08-13',
  lang: 'en',
  quote:
    'Jordan and Egypt on Tuesday concluded the 33rd session of their Joint Higher Committee by signing nine agreements',
};
const session33: RealRequest = {
  key: 'real-jhc-33',
  sources: [nineAgreements],
  events: [
    {
      type: 'MeetingHeld',
      recordId: 'jhc-33',
      occurredOn: '2025-08-12',
      data: {
        series: 'JHC',
        ordinal: 33,
        place: 'Amman',
        mode: 'in-person',
        coChairs: [{ name: 'Jafar Hassan', role: 'Prime Minister of Jordan', side: 'JO' }, madbouly],
      },
      note: 'The place is read from the dateline.',
    },
    unnamed('MoUSigned', 'jhc-33', 9),
    claimed(
      'claim-jhc-33-mous',
      '2025-08-12',
      { metric: 'mous', value: 9, scope: 'meeting:jhc-33', madeAt: 'jhc-33' },
      nineAgreements,
    ),
  ],
};

/** Of the 30th session nothing was found, so nothing is entered. */
export const egyptJordan: RealInitiative = {
  initiativeId: 'eg-jo-jhc',
  requests: [session28, session29, session31, session32, session33],
};
