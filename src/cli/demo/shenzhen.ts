import type { Source } from '../../../events/fields.ts';
import { claimed, described, named, type RealInitiative, type RealRequest, unnamed } from './requests.ts';

const zone = 'Singapore-Shenzhen Smart City Demonstration Zone';
const specialZoneDaily: Source = {
  publisher: "People's Daily Online (Shenzhen Special Zone Daily)",
  url: 'http://sz.people.com.cn/n2/2021/1019/c202846-34962979.html',
  publishedOn: '2021-10-19',
  lang: 'zh',
};
const foundingReported: Source = {
  ...specialZoneDaily,
  quote: '深圳和新加坡通讯及新闻部于2019年10月签署《关于深圳-新加坡智慧城市合作倡议的谅解备忘录》',
};

const straitsTimes: Source = {
  publisher: 'The Straits Times',
  url: 'https://www.straitstimes.com/asia/east-asia/singapore-shenzhen-ink-mous-in-support-of-smart-city-initiative',
  publishedOn: '2020-06',
  lang: 'en',
  quote:
    'The MOUs were signed virtually on Wednesday (June 17) on the sidelines of the first Joint Implementation Committee (JIC) meeting',
  note: 'The publication day is not in the retrieved text.',
};
const businessTimes: Source = {
  publisher: 'The Business Times',
  url: 'https://www.businesstimes.com.sg/government-economy/singapore-shenzhen-ink-mous-for-smart-city-initiative',
  publishedOn: '2020-06-18',
  lang: 'en',
  quote:
    'SINGAPORE and Shenzhen have inked eight memoranda of understanding (MOUs) which will deepen digital collaboration',
};
const zdnet: Source = {
  publisher: 'ZDNet',
  url: 'https://www.zdnet.com/article/singapore-shenzhen-push-smart-city-partnership-with-smb-hub/',
  lang: 'en',
  quote: 'kicked off its first meeting with the eight MOU agreements',
};
const nna: Source = {
  publisher: 'NNA (VNA)',
  url: 'https://english.nna.jp/articles/17031',
  publishedOn: '2020-06-19',
  lang: 'en',
  quote: 'on June 17 inked eight memoranda of understanding (MOU) in support of their Smart City Initiative',
};
const ours = 'Pillar and sector are our reading.';

const firstMeeting: RealRequest = {
  key: 'demo-jic-1',
  sources: [straitsTimes, businessTimes, zdnet, nna],
  events: [
    {
      type: 'InitiativeRegistered',
      occurredOn: '2019-10-15',
      data: {
        name: 'Singapore-China (Shenzhen) Smart City Initiative',
        aliases: ['SCI', '深圳—新加坡智慧城市合作', '新中（深圳）智慧城市项目'],
        parties: [
          { name: 'Singapore', country: 'SG' },
          { name: "Shenzhen Municipal People's Government", country: 'CN-GD' },
        ],
        pillars: [
          'digital connectivity',
          'innovation and entrepreneurship',
          'talent exchange and development',
        ],
        zones: [zone],
      },
      sources: [foundingReported],
    },
    {
      type: 'MeetingHeld',
      recordId: 'jic-1',
      occurredOn: '2020-06-17',
      data: {
        name: 'First meeting of the Joint Implementation Committee',
        series: 'JIC',
        ordinal: 1,
        mode: 'virtual',
        coChairs: [
          {
            name: 'Yong Ying-I',
            role: 'Permanent Secretary, Ministry of Communications and Information',
            side: 'SG',
          },
          { name: 'Chen Rugui', role: 'Mayor of Shenzhen', side: 'CN' },
        ],
      },
    },
    described('MoUSigned', 'jic-1', 'Asian SME Hub (cross-border SME trade platform)', {
      parties: named('OneConnect Financial Technology'),
      pillar: 'digital connectivity',
      sector: 'e-commerce',
      note: `The other party is not given in the retrieved text. ${ours}`,
    }),
    described('MoUSigned', 'jic-1', 'Mediation-arbitration of cross-border business disputes', {
      parties: named(
        'Singapore International Mediation Centre',
        'Shenzhen Court of International Arbitration',
      ),
      sector: 'legal services',
      note: ours,
    }),
    unnamed('MoUSigned', 'jic-1', 6, {
      note: 'Mutual recognition of digital identities, and of electronic trade documents, is reported as work within the MoUs; whether either is one of the eight is not stated.',
    }),
    claimed(
      'claim-jic-1-mous-business-times',
      '2020-06-17',
      { metric: 'mous', value: 8, scope: 'meeting:jic-1', madeAt: 'jic-1' },
      businessTimes,
    ),
    claimed(
      'claim-jic-1-mous-zdnet',
      '2020-06-17',
      { metric: 'mous', value: 8, scope: 'meeting:jic-1', madeAt: 'jic-1' },
      zdnet,
    ),
    claimed(
      'claim-jic-1-mous-nna',
      '2020-06-17',
      { metric: 'mous', value: 8, scope: 'meeting:jic-1', madeAt: 'jic-1' },
      nna,
    ),
  ],
};

const fourReported: Source = {
  ...specialZoneDaily,
  quote:
    '双方签约了4个新的合作项目谅解备忘录，包括电子发票，5G、物联网和区块链联合创新，智能机器人和智慧农业合作，数字孪生联合创新',
};
const iotCouncil: Source = {
  publisher: 'IoT M2M Council',
  url: 'https://www.iotm2mcouncil.org/iot-library/news/smart-cities-news/singapore-and-shenzhen-sign-four-mous/',
  publishedOn: '2021-10-25',
  lang: 'en',
  quote:
    'Four more memorandums of understanding (MoUs) have been signed between the cities of Singapore and Shenzhen',
};

const secondMeeting: RealRequest = {
  key: 'demo-jic-2',
  sources: [fourReported, iotCouncil],
  events: [
    {
      type: 'MeetingHeld',
      recordId: 'jic-2',
      occurredOn: '2021-10-18',
      data: {
        name: 'Second meeting of the Joint Implementation Committee',
        series: 'JIC',
        ordinal: 2,
        place: 'Shenzhen and Singapore (videoconference)',
        mode: 'virtual',
        coChairs: [
          {
            name: 'Yong Ying-I',
            role: 'Permanent Secretary, Ministry of Communications and Information',
            side: 'SG',
          },
          { name: 'Qin Weizhong', role: 'Mayor of Shenzhen', side: 'CN' },
        ],
      },
    },
    described('MoUSigned', 'jic-2', 'Electronic invoicing', {
      pillar: 'digital connectivity',
      sector: 'e-invoicing',
      note: ours,
    }),
    described('MoUSigned', 'jic-2', '5G, internet of things and blockchain joint innovation', {
      pillar: 'innovation and entrepreneurship',
      sector: 'telecommunications',
      note: ours,
    }),
    described('MoUSigned', 'jic-2', 'Smart robots and smart agriculture cooperation', {
      pillar: 'innovation and entrepreneurship',
      sector: 'robotics; agriculture',
      note: ours,
    }),
    described('MoUSigned', 'jic-2', 'Digital twin joint innovation', {
      pillar: 'innovation and entrepreneurship',
      sector: 'digital twin',
      note: ours,
    }),
    described('ProjectLaunched', 'jic-2', 'NCS NEXT Shenzhen Innovation Centre', {
      parties: named('NCS'),
      note: 'Named as part of the next phase; whether it is a counted project is not stated. No number of projects was announced.',
    }),
    claimed(
      'claim-jic-2-mous-special-zone-daily',
      '2021-10-18',
      { metric: 'mous', value: 4, scope: 'meeting:jic-2', madeAt: 'jic-2' },
      fourReported,
    ),
    claimed(
      'claim-jic-2-mous-iot-council',
      '2021-10-18',
      { metric: 'mous', value: 4, scope: 'meeting:jic-2', madeAt: 'jic-2' },
      iotCouncil,
    ),
    claimed(
      'claim-jic-2-cooperation-projects',
      '2021-10-18',
      { metric: 'projects', value: 4, scope: 'other', label: 'cooperation projects', madeAt: 'jic-2' },
      { publisher: 'Shenzhen Special Zone Daily (mirror, cz-qishun.cn)', lang: 'zh' },
      'The same four items, called MoUs by one side and projects by the other.',
    ),
  ],
};

const release2022: Source = {
  publisher: 'PR Newswire (MCI/IMDA release, Chinese)',
  url: 'http://email.prnewswire.com/',
  publishedOn: '2022-11-25',
  lang: 'zh',
  quote: '在今天举行的…第三次会议上，宣布与深圳签署八份谅解备忘录，并推出…14个全新合作项目',
  note: 'A tracking link; release of 2022-11-25.',
};
const bundstar: Source = {
  publisher: 'bundstarmedia.com.cn',
  url: 'http://bundstarmedia.com.cn/view-1101',
  lang: 'zh',
  quote:
    '此次會議共遴選出第三批合作項目14個，其中旗艦項目7個、重點項目7個，同時舉行了新一批8份合作備忘錄簽約儀式',
};
const telecomReview: Source = {
  publisher: 'Telecom Review Asia',
  url: 'https://telecomreviewasia.telecomreview.website/news/industry-news/3066-singapore-and-shenzhen-partner-for-smart-city-initiatives',
  lang: 'en',
  quote: 'The meeting reported a doubling of the number of new joint projects compared to the previous year',
};
const zdnet2022: Source = {
  publisher: 'ZDNet via ifg.cc',
  lang: 'en',
  quote: 'Some 29 projects have been deployed since the launch of the joint smart city initiative.',
};

const thirdMeeting: RealRequest = {
  key: 'demo-jic-3',
  sources: [release2022, bundstar, telecomReview],
  events: [
    {
      type: 'MeetingHeld',
      recordId: 'jic-3',
      occurredOn: '2022-11-25',
      data: {
        name: 'Third meeting of the Joint Implementation Committee',
        series: 'JIC',
        ordinal: 3,
        place: 'Singapore and Shenzhen (videoconference)',
        mode: 'virtual',
        coChairs: [
          {
            name: 'Joseph Leong',
            role: 'Permanent Secretary for Communications and Information',
            side: 'SG',
          },
          { name: 'Qin Weizhong', role: 'Mayor of Shenzhen', side: 'CN' },
        ],
      },
    },
    {
      type: 'MoUSigned',
      data: { meetingId: 'jic-3', parties: named('Strides Digital') },
      note: 'Named in the caption of the first batch of MoUs; the counterparty and the title were not retrieved.',
    },
    unnamed('MoUSigned', 'jic-3', 7),
    described(
      'ProjectLaunched',
      'jic-3',
      'China-Singapore (Shenzhen) international interconnection of cross-border trade data',
      { tier: 'flagship' },
    ),
    described(
      'ProjectLaunched',
      'jic-3',
      'Shenzhen-Singapore Qianhai smart city cooperation innovation demonstration park',
      { tier: 'flagship', zone },
    ),
    described('ProjectLaunched', 'jic-3', 'Shenzhen-Singapore Qianhai talent cooperation platform', {
      tier: 'flagship',
    }),
    described('ProjectLaunched', 'jic-3', 'Shenzhen-Singapore Qixinhui industrial cooperation platform', {
      tier: 'flagship',
      note: 'The name is transliterated from 啟新匯.',
    }),
    unnamed('ProjectLaunched', 'jic-3', 3, { tier: 'flagship' }),
    described(
      'ProjectLaunched',
      'jic-3',
      'Digital-intelligent service platform for new-energy commercial vehicles',
      { tier: 'key' },
    ),
    described(
      'ProjectLaunched',
      'jic-3',
      'New hollow-fibre membrane carbon dioxide capture, utilisation and storage',
      { tier: 'key' },
    ),
    described('ProjectLaunched', 'jic-3', 'Yanlord Singapore industrial cooperation platform', {
      tier: 'key',
      note: '仁恒 is read as Yanlord.',
    }),
    described('ProjectLaunched', 'jic-3', 'Smart library cooperation', { tier: 'key' }),
    unnamed('ProjectLaunched', 'jic-3', 3, { tier: 'key' }),
    claimed(
      'claim-jic-3-mous-pr-newswire',
      '2022-11-25',
      { metric: 'mous', value: 8, scope: 'meeting:jic-3', madeAt: 'jic-3' },
      release2022,
    ),
    claimed(
      'claim-jic-3-mous-bundstar',
      '2022-11-25',
      { metric: 'mous', value: 8, scope: 'meeting:jic-3', madeAt: 'jic-3' },
      bundstar,
    ),
    claimed(
      'claim-jic-3-projects-pr-newswire',
      '2022-11-25',
      { metric: 'projects', value: 14, scope: 'meeting:jic-3', madeAt: 'jic-3' },
      release2022,
    ),
    claimed(
      'claim-jic-3-projects-bundstar',
      '2022-11-25',
      { metric: 'projects', value: 14, scope: 'meeting:jic-3', madeAt: 'jic-3' },
      bundstar,
    ),
    claimed(
      'claim-jic-3-projects-to-date',
      '2022-11-25',
      { metric: 'projects', value: 29, scope: 'all', madeAt: 'jic-3' },
      zdnet2022,
    ),
  ],
};

const smartCitiesWorld: Source = {
  publisher: 'Smart Cities World',
  publishedOn: '2024-01-02',
  lang: 'en',
  quote:
    'To-date, a total of 43 projects have been initiated and 29 MoUs have been signed at SCI JIC meetings.',
};
export const zoneProjects = ['project-zone-1', 'project-zone-2', 'project-zone-3', 'project-zone-4'];

/** As known from one article, which gives no day. */
const fourthMeeting: RealRequest = {
  key: 'demo-jic-4',
  sources: [smartCitiesWorld],
  events: [
    {
      type: 'MeetingHeld',
      recordId: 'jic-4',
      occurredOn: '2023-12',
      data: {
        name: 'Fourth meeting of the Joint Implementation Committee',
        series: 'JIC',
        ordinal: 4,
        place: 'Shenzhen',
        mode: 'in-person',
        coChairs: [
          {
            name: 'Joseph Leong',
            role: 'Permanent Secretary for Communications and Information',
            side: 'SG',
          },
          { name: 'Qin Weizhong', role: 'Mayor of Shenzhen', side: 'CN' },
        ],
      },
    },
    unnamed('MoUSigned', 'jic-4', 8, { note: 'Eight were announced, none by name.' }),
    described('ProjectLaunched', 'jic-4', 'Co-development of autonomous delivery and IoT devices', {
      parties: named('QuikBot Technologies', 'Shenzhen Intelligence Guardforce Robot Technology Co'),
      sector: 'logistics; robotics',
    }),
    described('ProjectLaunched', 'jic-4', 'Smart city data analysis; training in data science and big data', {
      parties: named('Keppel', 'Peking University'),
      sector: 'smart city',
    }),
    described('ProjectLaunched', 'jic-4', 'AI for logistics in e-commerce', {
      sector: 'artificial intelligence',
    }),
    described('ProjectLaunched', 'jic-4', 'Green energy storage', { sector: 'sustainability' }),
    described('ProjectLaunched', 'jic-4', 'Smart rehabilitation care', { sector: 'health' }),
    described('ProjectLaunched', 'jic-4', 'Smart city solutions', { sector: 'smart city' }),
    ...zoneProjects.map((recordId) => ({
      type: 'ProjectLaunched' as const,
      recordId,
      data: { meetingId: 'jic-4', zone },
      note: 'One of four new projects in the zone; none was announced by name.',
    })),
    unnamed('ProjectLaunched', 'jic-4', 4),
    claimed(
      'claim-jic-4-mous-to-date',
      '2023-12',
      {
        metric: 'mous',
        value: 29,
        scope: 'meetings',
        label: 'signed at SCI JIC meetings',
        madeAt: 'jic-4',
      },
      smartCitiesWorld,
    ),
    claimed(
      'claim-jic-4-projects-to-date',
      '2023-12',
      { metric: 'projects', value: 43, scope: 'all', madeAt: 'jic-4' },
      smartCitiesWorld,
      'Read like the 29 of 2022, as since the launch; "at SCI JIC meetings" may belong to the MoUs only.',
    ),
  ],
};

const commercialDaily: Source = {
  publisher: 'Hong Kong Commercial Daily',
  publishedOn: '2023-12-16',
  lang: 'zh',
  quote:
    '12月14日，…第四次會議在深圳召開…第四批合作項目共14個…8份項目合作備忘錄以及4份示範園區入園協議簽約儀式',
};
const dayReported = { code: 'late-information', text: 'The day of the meeting is reported.' } as const;
const correctedDay = { changes: { occurredOn: '2023-12-14' }, reason: dayReported };

/** The meeting, and the figures that were stated at it. */
const fourthMeetingDated: RealRequest = {
  key: 'demo-jic-4-date',
  events: [
    { type: 'RecordCorrected', recordId: 'jic-4', ...correctedDay, sources: [commercialDaily] },
    { type: 'RecordCorrected', recordId: 'claim-jic-4-mous-to-date', ...correctedDay },
    { type: 'RecordCorrected', recordId: 'claim-jic-4-projects-to-date', ...correctedDay },
  ],
};

const itsMilestonesDated: RealRequest = {
  key: 'demo-jic-4-milestones-date',
  sources: [commercialDaily],
  events: [
    { type: 'RecordCorrected', where: { meetingId: 'jic-4', occurredOn: '2023-12' }, ...correctedDay },
  ],
};

const release2023: Source = {
  publisher: 'PR Newswire (MCI/IMDA)',
  url: 'https://www.prnewswire.com/apac/news-releases/singapore-and-shenzhen-drive-smart-city-collaboration-with-14-new-projects-302015560.html',
  publishedOn: '2023-12-15',
  lang: 'en',
  quote:
    'Eight MOUs and four projects dedicated to smart city development were signed on the sidelines of SCI',
};
const itsInternational: Source = {
  publisher: 'ITS International',
  publishedOn: '2024-01-05',
  lang: 'en',
  quote: 'Four companies also signed MOUs to operate in the Singapore Shenzhen Smart City Demonstration Zone',
};

/** What the other publishers say about the meeting; about the zone's four instruments they disagree. */
const fourthMeetingClaimed: RealRequest = {
  key: 'demo-jic-4-claims',
  events: [
    { type: 'EvidenceAdded', recordId: 'jic-4', sources: [release2023, itsInternational] },
    claimed(
      'claim-jic-4-mous-pr-newswire',
      '2023-12-14',
      { metric: 'mous', value: 8, scope: 'meeting:jic-4', madeAt: 'jic-4' },
      release2023,
    ),
    claimed(
      'claim-jic-4-mous-commercial-daily',
      '2023-12-14',
      { metric: 'mous', value: 8, scope: 'meeting:jic-4', madeAt: 'jic-4' },
      commercialDaily,
    ),
    claimed(
      'claim-jic-4-projects-pr-newswire',
      '2023-12-14',
      { metric: 'projects', value: 14, scope: 'meeting:jic-4', madeAt: 'jic-4' },
      release2023,
      'The number stands in the title of the release.',
    ),
    claimed(
      'claim-jic-4-projects-commercial-daily',
      '2023-12-14',
      { metric: 'projects', value: 14, scope: 'meeting:jic-4', madeAt: 'jic-4' },
      commercialDaily,
    ),
    claimed(
      'claim-jic-4-zone-projects',
      '2023-12-14',
      {
        metric: 'projects',
        value: 4,
        scope: 'other',
        label: 'projects dedicated to smart city development',
        madeAt: 'jic-4',
      },
      release2023,
    ),
    claimed(
      'claim-jic-4-zone-mous',
      '2023-12-14',
      {
        metric: 'mous',
        value: 4,
        scope: 'other',
        label: 'MOUs to operate in the Singapore Shenzhen Smart City Demonstration Zone',
        madeAt: 'jic-4',
      },
      itsInternational,
    ),
    claimed(
      'claim-jic-4-zone-agreements',
      '2023-12-14',
      { metric: 'agreements', value: 4, scope: 'other', label: '示範園區入園協議', madeAt: 'jic-4' },
      commercialDaily,
    ),
  ],
};

const foundingMoU: RealRequest = {
  key: 'demo-mou-founding',
  events: [
    {
      type: 'MoUSigned',
      recordId: 'mou-founding',
      occurredOn: '2019-10-15',
      data: {
        title: 'Memorandum of Understanding on the Singapore-Shenzhen Smart City Initiative',
        titleKind: 'official',
        parties: [
          { name: 'Ministry of Communications and Information, Singapore', country: 'SG' },
          { name: "Shenzhen Municipal People's Government", country: 'CN-GD' },
        ],
        occasion: { name: '15th Joint Council for Bilateral Cooperation', place: 'Chongqing' },
      },
      sources: [
        {
          publisher: 'xinjiapo.news',
          url: 'https://xinjiapo.news/news/289559/amp',
          publishedOn: '2019-10',
          lang: 'zh',
          quote: '10月15日上午…签署关于新加坡-深圳智慧城市合作倡议的谅解备忘录',
        },
        foundingReported,
      ],
    },
  ],
};

const zoneAsMoUs: RealRequest = {
  key: 'demo-zone-as-mous',
  events: zoneProjects.map((recordId) => ({
    type: 'RecordReclassified',
    recordId,
    to: 'mou',
    reason: {
      code: 'scope-decision',
      text: "The zone's four instruments are counted as MoUs, as one publisher calls them.",
    },
    sources: [itsInternational],
  })),
};

const zoneAsProjects: RealRequest = {
  key: 'demo-zone-as-projects',
  events: zoneProjects.map((recordId) => ({
    type: 'RecordReclassified',
    recordId,
    to: 'project',
    reason: {
      code: 'scope-decision',
      text: 'They stay projects, as the parties announced them.',
    },
    sources: [release2023],
  })),
};

export const shenzhen: RealInitiative = {
  initiativeId: 'sg-cn-shenzhen-sci',
  requests: [
    firstMeeting,
    secondMeeting,
    thirdMeeting,
    fourthMeeting,
    fourthMeetingDated,
    itsMilestonesDated,
    fourthMeetingClaimed,
    foundingMoU,
    zoneAsMoUs,
    zoneAsProjects,
  ],
};
