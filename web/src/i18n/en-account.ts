// SPDX-License-Identifier: Apache-2.0
// English texts: the first start, the account, API tokens.

export const en_account = {
  setup: {
    title: 'Set up AIflow',
    hint: 'Choose the name and the password of the first admin.',
    done: 'Set up and sign in',
    failed: 'AIflow was not set up.',
    over: 'This link is unknown, used or over. Restart aiflow serve: it prints a new one.',
    needed: 'This server has no user yet: open the link that aiflow serve has printed.',
  },
  account: {
    title: 'Account',
    sessions: 'Where you are signed in',
    agent: 'Browser',
    signed_in: 'Signed in',
    this_session: 'This one',
    end_session: 'End this session',
    not_ended: 'The session was not ended.',
  },
  tokens: {
    none: 'No API tokens',
    none_hint: 'A program acts for you with a token of its own.',
    name: 'Name',
    name_hint: 'What it is for, such as "grafana".',
    token: 'Begins with',
    scope: 'May do at most',
    read_only: 'reads only',
    read_only_long: 'Reads only: it changes nothing',
    last_used: 'Last used',
    expires: 'Ends',
    over: 'over',
    life: 'Ends after',
    days_one: '{{count}} day',
    days_other: '{{count}} days',
    create: 'Create token',
    made: '{{name}} was made',
    made_hint:
      'Copy the token now: it is not shown again. Programs send it as "Authorization: Bearer TOKEN".',
    not_made: 'The token was not made.',
    revoke: 'Revoke',
    revoke_title: 'Revoke {{name}}',
    revoke_hint: 'Programs that use it are refused at once.',
    all_hint: 'API tokens of all users. A token never does more than its user may.',
  },
  users_more: {
    role_of: 'Role of {{user}}',
    role_failed: 'The role was not changed.',
  },
};
