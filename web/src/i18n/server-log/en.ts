// SPDX-License-Identifier: Apache-2.0
// English texts: the page of the server's own log, and the use of queues on the system page.

export const en_server_log = {
  server_log: {
    title: "Server's log",
    hint: 'What the server says of itself. Secrets are masked before a line is kept. Older lines are in logs/server.log of the data directory.',
    filters: 'Filters',
    by_level: 'Level',
    by_text: 'Text',
    level_debug: 'debug',
    level_info: 'info',
    level_warning: 'warning',
    level_error: 'error',
    and_above: '{{level}} and above',
    follow: 'Follow',
    following: 'New lines appear by themselves',
    paused: 'New lines are held back',
    lost: 'The connection is lost: lines appear again as soon as the server answers.',
    older: 'Show older lines',
    missed: 'Some lines are missing here: the server keeps the newest only.',
    begin: 'The server keeps no older lines that fit.',
    none: 'No line fits',
    download: 'Download',
    lines: 'Lines of the log',
  },
  capacity: {
    queues: 'Queues',
    queue: 'Queue',
    some_open: '{{open}} of {{all}} take tasks',
    unserved: 'no worker serves it',
    longest: 'Longest wait',
    no_worker: 'No worker is connected: aiflow worker starts one.',
  },
};
