// SPDX-License-Identifier: Apache-2.0
// Korean texts: the graph of a DAG, the page of a task instance, the graph of assets.
import type { en_task } from '@/i18n/en-task';
import type { Same } from '@/i18n/same';

export const ko_task: Same<typeof en_task> = {
  graph: {
    turn: '그래프 방향 바꾸기',
    fold: '{{group}} 그룹 접기',
    unfold: '{{group}} 그룹 펼치기',
    fold_all: '모든 그룹 접기',
    unfold_all: '모든 그룹 펼치기',
    tasks_one: '태스크 {{count}}개',
    tasks_other: '태스크 {{count}}개',
    critical: '임계 경로 표시',
    critical_hint: '실행 시간을 결정한 태스크들입니다.',
    critical_one: '임계 경로에 있음',
    export: 'SVG로 저장',
    label: '{{dag}}의 그래프',
  },
};
