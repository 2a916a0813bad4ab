import type { Source } from '../../../events/fields.ts';
import { claimed, described, named, type RealInitiative, type RealRequest, unnamed } from './requests.ts';

const twelveProjects: Source = {
  publisher: 'China Youth Daily',
  url: 'http://zqb.cyol.com/html/2016-01/09/nw.D110000zgqnb_20160109_4-02.htm',
  publishedOn: '2016-01-09',
  lang: 'zh',
  quote: '首批12个总金额65.6亿美元的合作项目成功签约，联合实施委员会第一次会议同时举行',
};
const elevenMoUs: Source = {
  publisher: 'AsiaOne (The Straits Times)',
  url: 'https://www.asiaone.com/more-chongqing-flights-new-chinaspore-project-0?page=3',
  lang: 'en',
  quote: 'the 11 MOUs signed yesterday totalled some US$6.56 billion (S$9.5 billion)',
};
const sameCeremony =
  'The same ceremony and the same US$6.56 billion: 12 projects in the Chinese press, 11 MoUs in the Singapore press.';

const firstMeeting: RealRequest = {
  key: 'real-cci-jic-1',
  events: [
    {
      type: 'InitiativeRegistered',
      occurredOn: '2015-11-07',
      data: {
        name: 'China-Singapore (Chongqing) Demonstration Initiative on Strategic Connectivity',
        aliases: ['Chongqing Connectivity Initiative', 'CCI', '中新（重庆）战略性互联互通示范项目'],
        parties: [
          { name: 'Singapore', country: 'SG' },
          { name: 'China / Chongqing', country: 'CN-CQ' },
        ],
        pillars: [
          'financial services',
          'aviation',
          'transport and logistics',
          'information and communications technology',
        ],
      },
    },
    {
      type: 'MeetingHeld',
      recordId: 'jic-1',
      occurredOn: '2016-01-08',
      data: {
        series: 'JIC',
        ordinal: 1,
        place: 'Chongqing',
        mode: 'in-person',
        coChairs: [
          { name: 'Chan Chun Sing', role: "Minister, Prime Minister's Office", side: 'SG' },
          { name: 'Huang Qifan', role: 'Mayor of Chongqing', side: 'CN' },
        ],
      },
      sources: [twelveProjects, elevenMoUs],
    },
    {
      ...described('MoUSigned', 'jic-1', 'More flights between Singapore and Chongqing', {
        parties: named('Changi Airport Group', 'SilkAir', 'several Chinese airlines'),
        sector: 'aviation',
      }),
      sources: [elevenMoUs],
    },
    { ...unnamed('MoUSigned', 'jic-1', 10), sources: [elevenMoUs], note: sameCeremony },
    { ...unnamed('ProjectLaunched', 'jic-1', 12), sources: [twelveProjects], note: sameCeremony },
    claimed(
      'claim-jic-1-mous',
      '2016-01-08',
      { metric: 'mous', value: 11, scope: 'meeting:jic-1', madeAt: 'jic-1' },
      elevenMoUs,
      sameCeremony,
    ),
    claimed(
      'claim-jic-1-projects',
      '2016-01-08',
      { metric: 'projects', value: 12, scope: 'meeting:jic-1', madeAt: 'jic-1' },
      twelveProjects,
      sameCeremony,
    ),
  ],
};

const twoProjects: Source = {
  publisher: 'Channel NewsAsia',
  url: 'http://www.channelnewsasia.com/news/singapore/singapore-and-china-launch-joint-projects-to-boost-chongqing-9174202',
  publishedOn: '2017-08-31',
  lang: 'en',
  quote: 'Two projects to help develop Chongqing into a logistics hub were launched on Thursday (Aug 31)',
};
const thirdMeeting: RealRequest = {
  key: 'real-cci-jic-3',
  sources: [
    {
      publisher: 'Ministry of Trade and Industry Singapore',
      url: 'https://www.mti.gov.sg/Newsroom/Press-Releases/2017/08/GREATER-CONNECTIVITY-BETWEEN-SINGAPORE-AND-CHONGQING-WITH-THE-CHINA-SINGAPORE-CHONGQING-CONNECTIVITY',
      publishedOn: '2017-08-31',
      lang: 'en',
      quote: 'The third Joint Implementation Committee (JIC) Meeting',
    },
    twoProjects,
  ],
  events: [
    {
      type: 'MeetingHeld',
      recordId: 'jic-3',
      occurredOn: '2017-08-31',
      data: {
        series: 'JIC',
        ordinal: 3,
        place: 'Chongqing',
        mode: 'in-person',
        coChairs: [
          { name: 'Chan Chun Sing', role: "Minister, Prime Minister's Office", side: 'SG' },
          { name: 'Zhang Guoqing', role: 'Mayor of Chongqing', side: 'CN' },
        ],
      },
    },
    described('ProjectLaunched', 'jic-3', 'Chongqing Logistics Development Platform (joint venture)', {
      sector: 'logistics',
    }),
    described(
      'ProjectLaunched',
      'jic-3',
      'Multi-Modal Distribution and Connectivity Centre (joint venture)',
      { sector: 'logistics' },
    ),
    claimed(
      'claim-jic-3-projects',
      '2017-08-31',
      { metric: 'projects', value: 2, scope: 'meeting:jic-3', madeAt: 'jic-3' },
      twoProjects,
    ),
  ],
};

const fourthMeeting: RealRequest = {
  key: 'real-cci-jic-4',
  events: [
    {
      type: 'MeetingHeld',
      recordId: 'jic-4',
      // The year is an inference, which the date says.
      occurredOn: '2019-01-07?/2019-01-08?',
      data: {
        series: 'JIC',
        ordinal: 4,
        place: 'Chongqing',
        mode: 'in-person',
        coChairs: [
          { name: 'Chan Chun Sing', role: 'Minister for Trade and Industry', side: 'SG' },
          { name: 'Tang Liangzhi', role: 'Mayor of Chongqing', side: 'CN' },
        ],
      },
      sources: [
        {
          publisher: 'News Hub Asia',
          url: 'https://newshubasia.com/post/human-capital-review/meetings-to-enhance-china-singapore-connectivity-held-in-chongqing',
          lang: 'en',
          quote:
            'The fourth meeting of the implementation committee … was held from Jan. 7 to 8 in Chongqing.',
          note: 'The year is inferred from the post of the Trade and Industry minister; the excerpt gives none.',
        },
      ],
      note: 'Confirmed five landmark projects; no new count.',
    },
  ],
};

const xinhua = (url: string, publishedOn: string, quote: string): Source => ({
  publisher: "People's Daily Online (Xinhua)",
  url,
  publishedOn,
  lang: 'en',
  quote,
});
const silkRoad: Source = {
  publisher: 'Xinhua Silk Road',
  url: 'https://en.imsilkroad.com/p/311805.html',
  publishedOn: '2020-03-09',
  lang: 'en',
  quote:
    'By the end of February, 55 cooperation agreements and 204 cooperation projects worth more than 30 billion U.S. dollars had been signed',
};
const newsService: Source = {
  publisher: 'China News Service (mirror)',
  url: 'http://www.lingzhegou.com/article/4010.html',
  publishedOn: '2020-11-07',
  lang: 'zh',
  quote: '截至2020年10月底…推动签署各类协议68个、合作项目230个，总金额超过322亿美元',
};
const october2021 = xinhua(
  'http://en.people.cn/n3/2021/1013/c90000-9906769.html',
  '2021-10-13',
  '147 commercial cooperation projects and 192 cross-border financing projects',
);
const november2022 = 'http://en.people.cn/n3/2022/1114/c90000-10170987.html';

/** A total in a publisher's own words: each label counts something else, so none is compared with our counts. */
const total = (
  recordId: string,
  occurredOn: string,
  metric: string,
  value: number,
  label: string,
  source: Source,
) => claimed(recordId, occurredOn, { metric, value, scope: 'other', label }, source);

const totals: RealRequest = {
  key: 'real-cci-totals',
  events: [
    total('claim-2018-contracts', '2018-10', 'projects', 118, 'contracts', {
      publisher: 'Belt and Road Portal',
      url: 'https://eng.yidaiyilu.gov.cn/qwyw/rdxw/68144.htm',
      lang: 'en',
      quote: 'has signed 118 contracts worth 21.4 billion U.S. dollars with Singapore',
    }),
    total('claim-2019-projects', '2019-09-30', 'projects', 199, 'cooperation projects', {
      publisher: '今日重慶 (Chongqing Today)',
      url: 'http://taokecoco.com/page/2019/1211/11174345.shtml',
      publishedOn: '2019-11',
      lang: 'zh',
      quote: '截至今年9月底，中新互聯互通項目框架下已累計簽約199個合作項目，總金額約270億美元',
    }),
    total('claim-2020-02-agreements', '2020-02-29', 'agreements', 55, 'cooperation agreements', silkRoad),
    total('claim-2020-02-projects', '2020-02-29', 'projects', 204, 'cooperation projects', silkRoad),
    total('claim-2020-10-agreements', '2020-10-31', 'agreements', 68, '各类协议', newsService),
    total('claim-2020-10-projects', '2020-10-31', 'projects', 230, 'cooperation projects', newsService),
    total(
      'claim-2021-10-commercial',
      '2021-10-12',
      'projects',
      147,
      'commercial cooperation projects',
      october2021,
    ),
    total(
      'claim-2021-10-financing',
      '2021-10-12',
      'projects',
      192,
      'cross-border financing projects',
      october2021,
    ),
    total(
      'claim-2021-12-business',
      '2021-12-31',
      'projects',
      162,
      'business cooperation projects',
      xinhua(
        'http://en.people.cn/n3/2022/0118/c90000-9946539.html',
        '2022-01-18',
        'A total of 162 business cooperation projects worth 25 billion U.S. dollars had been inked',
      ),
    ),
    total(
      'claim-2022-11-business',
      '2022-11-14',
      'projects',
      218,
      'government and business cooperation projects',
      xinhua(
        november2022,
        '2022-11-14',
        'The projects included 218 government and business cooperation projects worth 25.26 billion U.S. dollars',
      ),
    ),
    total(
      'claim-2022-11-financial',
      '2022-11-14',
      'projects',
      235,
      'financial service projects',
      xinhua(november2022, '2022-11-14', '235 financial service projects worth 29.04 billion U.S. dollars'),
    ),
    claimed(
      'claim-2022-11-all',
      '2022-11-14',
      { metric: 'projects', value: 400, qualifier: 'moreThan', scope: 'all' },
      xinhua(
        november2022,
        '2022-11-14',
        'More than 400 projects worth over 54 billion U.S. dollars have been inked',
      ),
    ),
    total(
      'claim-2025-11-business',
      '2025-11-07',
      'projects',
      347,
      'government and business cooperation projects',
      xinhua(
        'http://en.people.cn/n3/2025/1107/c90000-20388001.html',
        '2025-11-07',
        'signed a total of 347 government and business cooperation projects -- featuring total value exceeding 26 billion U.S. dollars',
      ),
    ),
  ],
};

const signed2021 = xinhua(
  'http://en.people.cn/n3/2021/1013/c90000-9906769.html',
  '2021-10-13',
  '29 commercial cooperation projects with an amount of approximately 3.21 billion dollars and eight financing projects worth 960 million dollars',
);
const signing = (repeat: number, note: string) => ({
  type: 'ProjectLaunched' as const,
  repeat,
  occurredOn: '2021-10-12',
  data: { occasion: { place: 'Chongqing' } },
  sources: [signed2021],
  note,
});
const outsideMeetings: RealRequest = {
  key: 'real-cci-2021-10-12',
  events: [
    signing(29, 'Commercial cooperation projects.'),
    signing(8, 'Financing projects.'),
    total(
      'claim-2021-10-commercial-signed',
      '2021-10-12',
      'projects',
      29,
      'commercial cooperation projects signed that day',
      signed2021,
    ),
    total(
      'claim-2021-10-financing-signed',
      '2021-10-12',
      'projects',
      8,
      'financing projects signed that day',
      signed2021,
    ),
  ],
};

/** Of the second meeting nothing was found, so nothing is entered. */
export const chongqing: RealInitiative = {
  initiativeId: 'sg-cn-chongqing-cci',
  requests: [firstMeeting, thirdMeeting, fourthMeeting, outsideMeetings, totals],
};
