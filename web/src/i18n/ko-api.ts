// SPDX-License-Identifier: Apache-2.0
// Korean texts: the page about the API.
import type { en_api } from '@/i18n/en-api';
import type { Same } from '@/i18n/same';

export const ko_api: Same<typeof en_api> = {
  api_docs: {
    title: 'API',
    intro:
      '이 서버의 모든 경로입니다. 오른쪽에는 필요한 권한이 표시됩니다. 토큰은 "aiflow tokens create" 명령으로 만듭니다.',
    search: '경로 검색',
    required: '필수',
    try: '실행해 보기',
    answered: '응답: 상태 {{status}}',
    takes: '요청 본문',
    gives: '응답 본문',
  },
};
