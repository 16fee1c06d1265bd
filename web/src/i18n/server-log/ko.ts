// SPDX-License-Identifier: Apache-2.0
// Korean texts: the page of the server's own log, and the use of queues on the system page.
import type { en_server_log } from '@/i18n/server-log/en';
import type { Same } from '@/i18n/same';

export const ko_server_log: Same<typeof en_server_log> = {
  server_log: {
    title: '서버 로그',
    hint: '서버가 스스로 남긴 기록입니다. 비밀 값은 기록되기 전에 가려집니다. 더 오래된 줄은 데이터 디렉터리의 logs/server.log에 있습니다.',
    filters: '필터',
    by_level: '수준',
    by_text: '텍스트',
    level_debug: '디버그',
    level_info: '정보',
    level_warning: '경고',
    level_error: '오류',
    and_above: '{{level}} 이상',
    follow: '따라가기',
    following: '새 줄이 자동으로 나타납니다',
    paused: '새 줄을 잠시 멈췄습니다',
    lost: '연결이 끊겼습니다. 서버가 응답하면 다시 나타납니다.',
    older: '이전 줄 보기',
    missed: '여기에 빠진 줄이 있습니다. 서버는 최근 줄만 보관합니다.',
    begin: '조건에 맞는 더 오래된 줄은 보관되어 있지 않습니다.',
    none: '조건에 맞는 줄이 없습니다',
    download: '내려받기',
    lines: '로그의 줄',
  },
  capacity: {
    queues: '큐',
    queue: '큐',
    some_open: '{{all}}개 중 {{open}}개가 태스크를 받음',
    unserved: '처리하는 워커 없음',
    longest: '최장 대기',
    no_worker: '연결된 워커가 없습니다. aiflow worker로 시작하세요.',
  },
};
