// SPDX-License-Identifier: Apache-2.0
// English texts: signing in by an OpenID provider.

export const en_provider = {
  provider: {
    sign_in: 'Sign in with {{name}}',
    or: 'or',
    signed_in_by: 'Signed in by',
    role_note: 'The role comes from the groups at {{host}}, at each sign-in.',
    request: 'Your admin finds more in the server\u2019s log under',
    why: {
      over: 'This sign-in took too long, was done already, or began in another browser. Start it again here.',
      cancelled: 'You did not sign in at the provider. Start again, or use a password.',
      unavailable:
        'The provider does not answer or has too much to do. Try again in a moment; signing in with a password goes on working.',
      untrusted:
        'The provider\u2019s answer cannot be trusted, so nobody was signed in. Tell your admin.',
      no_role:
        'The provider knows you, but none of your groups has a role here. Ask your admin for one.',
      name_taken:
        'Your user name belongs to another account here. Ask your admin to rename or delete that one.',
      name_unusable:
        'The name that the provider has for you cannot be a user name here. Tell your admin.',
      last_admin:
        'You are the last admin here, and your groups do not say so any more. Make another admin first: aiflow user add NAME --role admin.',
      failed: 'The provider refused to sign you in. Try again; if it stays so, tell your admin.',
    },
  },
};
