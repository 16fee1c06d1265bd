// SPDX-License-Identifier: Apache-2.0
// Korean texts: variables and connections.
import type { en_values } from '@/i18n/en-values';
import type { Same } from '@/i18n/same';

export const ko_values: Same<typeof en_values> = {
  values: {
    hint: '암호화해 보관하며 같은 프로젝트에서 실행 중인 태스크에만 전달합니다. 워커 환경 변수에 같은 이름이 있으면 그 값이 우선합니다.',
    variable: '변수',
    connection: '연결',
    value: '값',
    project_hint: '이 프로젝트의 태스크만 값을 받습니다. 값은 프로젝트마다 따로 보관합니다.',
    value_hint: '일반 텍스트, 또는 템플릿의 var.json에 쓸 JSON.',
    again_hint: '보관된 값은 표시되지 않습니다. 여기에 입력한 값으로 바뀝니다.',
    anew_hint:
      '보관된 내용은 표시되지 않습니다. 전체가 새로 바뀌므로 로그인과 비밀번호도 입력하세요.',
    secret: '비밀',
    secret_long: '비밀: 실행 중인 태스크만 값을 받습니다',
    description: '설명',
    type: '종류',
    type_hint: '예: postgres, mysql, http, aws',
    host: '호스트',
    port: '포트',
    login: '로그인',
    password: '비밀번호',
    schema: '스키마',
    extra: '추가 설정',
    extra_hint: '오퍼레이터가 요구하는 JSON 객체.',
    changed: '변경',
    problem: '읽을 수 없습니다: {{problem}}',
    new_variable: '새 변수',
    new_connection: '새 연결',
    no_variables: '변수가 없습니다',
    variables_hint: 'DAG에서 Variable.get이나 템플릿으로 읽습니다.',
    no_connections: '연결이 없습니다',
    connections_hint: 'DAG 파일에 비밀번호를 적지 않고 다른 시스템에 접속합니다.',
    save: '저장',
    save_failed: '저장하지 못했습니다.',
    change_title: '{{name}} 변경',
    delete: '삭제',
    delete_title: '{{name}} 삭제',
    delete_hint: '이 값을 읽는 태스크는 앞으로 실패합니다. 되돌릴 수 없습니다.',
  },
};
