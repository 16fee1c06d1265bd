// SPDX-License-Identifier: Apache-2.0
// Korean texts: starting a run.
import type { en_trigger } from '@/i18n/en-trigger';
import type { Same } from '@/i18n/same';

export const ko_trigger: Same<typeof en_trigger> = {
  trigger: {
    button: '실행',
    title: '{{dag}} 실행',
    start: '실행',
    as_json: 'JSON으로 편집',
    as_form: '양식으로 돌아가기',
    conf: '설정값 (JSON)',
    conf_hint: 'DAG의 params와 기본값입니다. 이번 실행에서 바꿀 값만 고치세요.',
    conf_object: '{"key": 1}처럼 JSON 객체여야 합니다',
    note: '메모',
    failed: '실행을 만들지 못했습니다.',
    nothing: '— 없음 —',
    hint_lines: '한 줄에 하나씩 적습니다.',
    hint_numbers: '한 줄에 숫자 하나씩 적습니다.',
    hint_json: 'JSON으로 적습니다.',
    hint_time: '{{zone}} 시간대 기준입니다.',
    error_required: 'DAG에 기본값이 없어 값이 필요합니다.',
    error_number: '숫자여야 합니다.',
    error_integer: '정수여야 합니다.',
    error_json: '올바른 JSON이 아닙니다.',
    error_range: '{{low}}에서 {{high}} 사이여야 합니다.',
    error_length: '{{low}}자에서 {{high}}자 사이여야 합니다.',
    error_pattern: 'DAG가 요구하는 형식이 아닙니다.',
    error_time: '날짜와 시각이 아닙니다.',
    more: '추가 설정: 실행 ID, 논리적 날짜, 캐시',
    run_id: '실행 ID',
    run_id_default: '시각으로 자동 생성',
    logical_date: '논리적 날짜',
    date_hint: '비우면 지금입니다. 미래 날짜면 그때까지 기다립니다. {{zone}} 시간대 기준입니다.',
    use_cache: '바뀌지 않은 작업은 보관된 결과 사용',
  },
};
