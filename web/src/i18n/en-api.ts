// SPDX-License-Identifier: Apache-2.0
// English texts: the page about the API.

export const en_api = {
  api_docs: {
    title: 'API',
    intro:
      'Every route of this server. On the right: who may use it. A token is made with "aiflow tokens create".',
    search: 'Search routes',
    required: 'must be given',
    try: 'Try it',
    answered: 'Answer: status {{status}}',
    takes: 'Takes',
    gives: 'Gives',
  },
};
