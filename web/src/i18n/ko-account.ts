// SPDX-License-Identifier: Apache-2.0
// Korean texts: the first start, the account, API tokens.

export const ko_account = {
  setup: {
    title: 'AIflow 설정',
    hint: '첫 관리자의 이름과 비밀번호를 정하세요.',
    done: '설정하고 로그인',
    failed: '설정하지 못했습니다.',
    over: '알 수 없거나 이미 쓰였거나 기한이 지난 링크입니다. aiflow serve를 다시 시작하면 새 링크가 나옵니다.',
    needed: '아직 사용자가 없습니다. aiflow serve가 출력한 링크를 여세요.',
  },
  account: {
    title: '계정',
    sessions: '로그인된 곳',
    agent: '브라우저',
    signed_in: '로그인 시각',
    this_session: '현재 세션',
    end_session: '세션 종료',
    not_ended: '세션을 종료하지 못했습니다.',
  },
  tokens: {
    none: 'API 토큰이 없습니다',
    none_hint: '프로그램은 자기 토큰으로 사용자를 대신해 일합니다.',
    name: '이름',
    name_hint: '용도를 적으세요. 예: "grafana"',
    token: '앞부분',
    scope: '최대 권한',
    read_only: '읽기만',
    read_only_long: '읽기만 허용: 아무것도 바꾸지 않습니다',
    last_used: '마지막 사용',
    expires: '만료',
    over: '만료됨',
    life: '유효 기간',
    days_one: '{{count}}일',
    days_other: '{{count}}일',
    create: '토큰 만들기',
    made: '{{name}} 토큰을 만들었습니다',
    made_hint:
      '지금 복사하세요. 다시 보여 주지 않습니다. 프로그램은 "Authorization: Bearer TOKEN"으로 보냅니다.',
    not_made: '토큰을 만들지 못했습니다.',
    revoke: '폐기',
    revoke_title: '{{name}} 폐기',
    revoke_hint: '이 토큰을 쓰는 프로그램은 바로 거부됩니다.',
    all_hint: '모든 사용자의 API 토큰입니다. 토큰은 사용자 권한을 넘지 못합니다.',
  },
  users_more: {
    role_of: '{{user}} 역할',
    role_failed: '역할을 바꾸지 못했습니다.',
  },
};
