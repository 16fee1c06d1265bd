// SPDX-License-Identifier: Apache-2.0
// Korean texts: the graph of a DAG, the page of a task instance, the graph of assets.
import type { en_task } from '@/i18n/en-task';
import type { Same } from '@/i18n/same';

export const ko_task: Same<typeof en_task> = {
  graph: {
    no_states: '태스크 상태를 불러오지 못했습니다.',
    fit: '전체 보기',
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
  task_page: {
    open: '페이지로 열기',
    run: '실행',
    see_in: '함께 보기',
    load_failed: '태스크를 불러오지 못했습니다: {{task}}',
  },
  usage: {
    cpu_time: 'CPU 시간',
    peak: '최대 메모리',
    mean: '평균 메모리',
    tries: '시도별 사용량',
    split: '프로그램 {{user}}, 커널 {{system}}',
    over_time: '{{number}}번째 시도의 시간별 사용량',
    chart_cpu: '프로세서',
    chart_memory: '메모리',
    figures: '{{what}}: 최대 {{peak}}, 평균 {{mean}}',
    none_running:
      '아직 측정값이 없습니다. 프로세스와 컨테이너는 시작 1초 뒤부터 측정하며, 파드는 측정하지 않습니다.',
    none_pod: '측정하지 않았습니다. 클러스터의 파드에서 실행되었습니다.',
    none_short: '첫 측정 전에 끝났습니다.',
    none_lost: '측정값이 없습니다. 워커가 사라졌거나 측정 기능이 없는 버전입니다.',
  },
  rendered: {
    none: '렌더링된 필드 없음',
    none_hint:
      '값이 있는 템플릿 필드가 없거나, 태스크가 렌더링까지 가지 못했거나, 파일에 적힌 그대로 실행되는 템플릿 없는 명령입니다.',
    none_yet: '태스크가 시작되고 약 1초 뒤에 나옵니다.',
  },
  moments: {
    none: '아직 아무 일도 없었습니다',
    scheduled: '{{number}}번째 시도 예약됨',
    queued: '{{number}}번째 시도 대기열에 들어감',
    started: '{{number}}번째 시도 시작',
    ended: '{{number}}번째 시도 끝남',
    done: '이 태스크와 실행에 한 작업',
    done_none: '변경한 사람이 없습니다.',
  },
  again: {
    button: '여기서부터 다시…',
    title: '{{task}}부터 다시 실행',
    do_one: '태스크 {{count}}개 다시 실행',
    do_other: '태스크 {{count}}개 다시 실행',
  },
  run_mark: {
    success:
      '실행이 성공으로 끝납니다. 아래 태스크가 성공으로 표시되고, 실행 중인 것은 종료됩니다.',
    failed: '실행이 실패로 끝납니다. 아래에서 실행 중인 것은 실패로 종료되고 나머지는 건너뜁니다.',
    do_success: '실행을 성공으로 표시',
    do_failed: '실행을 실패로 표시',
  },
  backfill_preview: {
    again: '다시 실행: {{run}}',
    new: '새 실행',
    more_one: '외 {{count}}건',
    more_other: '외 {{count}}건',
  },
  switch_many: {
    on: '스케줄이 다시 실행을 만들고, 기다리던 실행이 이어집니다.',
    off: '스케줄이 더 이상 실행을 만들지 않습니다.',
    running_one: '실행 {{count}}건 진행 중',
    running_other: '실행 {{count}}건 진행 중',
    goes_on: '실행 중인 태스크는 끝까지 가지만, 다시 켤 때까지 새로 시작하는 태스크는 없습니다.',
  },
  asset_graph: {
    label: 'DAG와 DAG가 만들고 기다리는 자산',
    dag: 'DAG',
    never: '아직 갱신된 적 없음',
    uri: '주소',
    newest: '갱신 기록',
    outside: '외부에서 알림: {{user}}',
  },
};
