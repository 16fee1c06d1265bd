// SPDX-License-Identifier: Apache-2.0
// Korean texts: signing in by an OpenID provider.

export const ko_provider = {
  provider: {
    sign_in: '{{name}} 계정으로 로그인',
    or: '또는',
    signed_in_by: '로그인 제공자',
    role_note: '역할은 로그인할 때마다 {{host}}의 그룹에 따라 정해집니다.',
    request: '관리자는 서버 로그에서 다음 번호로 자세한 내용을 볼 수 있습니다:',
    why: {
      over: '로그인 시간이 지났거나 이미 끝났거나 다른 브라우저에서 시작되었습니다. 여기서 다시 시작하세요.',
      cancelled: '제공자에서 로그인하지 않았습니다. 다시 시작하거나 비밀번호를 쓰세요.',
      unavailable:
        '제공자가 응답하지 않거나 너무 바쁩니다. 잠시 뒤 다시 시도하세요. 비밀번호 로그인은 계속 쓸 수 있습니다.',
      untrusted: '제공자의 응답을 믿을 수 없어 로그인하지 않았습니다. 관리자에게 알리세요.',
      no_role:
        '제공자가 확인한 사용자이지만 이곳에서 역할이 있는 그룹에 속해 있지 않습니다. 관리자에게 요청하세요.',
      name_taken:
        '같은 사용자 이름의 다른 계정이 이미 있습니다. 관리자에게 그 계정을 정리해 달라고 하세요.',
      name_unusable:
        '제공자가 보낸 이름은 이곳의 사용자 이름으로 쓸 수 없습니다. 관리자에게 알리세요.',
      last_admin:
        '마지막 관리자인데 그룹에는 더 이상 관리자 권한이 없습니다. 먼저 다른 관리자를 만드세요: aiflow user add NAME --role admin',
      failed: '제공자가 로그인을 거부했습니다. 다시 시도하고, 계속되면 관리자에게 알리세요.',
    },
  },
};
