// SPDX-License-Identifier: Apache-2.0
// Korean texts: projects and their members.
import type { en_projects } from '@/i18n/projects/en';
import type { Same } from '@/i18n/same';

export const ko_projects: Same<typeof en_projects> = {
  projects: {
    project: '프로젝트',
    choose: '워크플로를 볼 프로젝트',
    all: '모든 프로젝트',
    in: '{{project}}에서',
    no_part: '{{user}} 사용자는 아직 어느 프로젝트에도 속하지 않습니다',
    no_part_hint: '관리자에게 프로젝트 구성원으로 추가하거나 사이트 전체 역할을 달라고 요청하세요.',
    folder_hint:
      '프로젝트는 DAG 폴더입니다. dags/NAME/ 아래의 DAG는 프로젝트 NAME에 속하고, 그 밖의 것은 default에 속합니다.',
    your_role: '내 역할',
    dags: 'DAG',
    members: '구성원',
    description: '설명',
    since: '부여 시각',
    by: '부여한 사람',
    site_role: '사이트 전체 역할',
    create: '프로젝트 만들기',
    create_failed: '프로젝트를 만들지 못했습니다.',
    name: '이름',
    name_hint: 'DAG 폴더 아래 폴더 이름과 같게: 영문자, 숫자, “_”, “-”, “.”.',
    delete: '프로젝트 삭제',
    delete_title: '프로젝트 {{project}} 삭제',
    delete_hint:
      '구성원은 이 프로젝트의 역할을 잃습니다. 폴더에 DAG가 없을 때 삭제할 수 있으며, 남은 기록은 default에 속하게 됩니다.',
    add_member: '구성원 추가',
    add_failed: '구성원을 추가하지 못했습니다.',
    role_of: '프로젝트에서 {{user}}의 역할',
    role_failed: '역할을 바꾸지 못했습니다.',
    remove_title: '{{project}}에서 {{user}} 제외',
    remove: '제외',
    remove_hint: '사용자가 열어 둔 화면은 다시 연결되고 이 프로젝트를 더는 보여 주지 않습니다.',
    no_members: '구성원이 없습니다',
    no_members_hint:
      '사이트 전체 역할이 있는 사용자는 필요 없습니다. 그 밖의 사용자는 자신이 속한 프로젝트만 봅니다.',
    not_admin: '구성원은 프로젝트 관리자만 볼 수 있습니다.',
    stronger: '사이트 전체 역할이 이미 같거나 더 강해 달라지는 것이 없습니다.',
    not_found: '그런 프로젝트가 없습니다',
  },
};
