// SPDX-License-Identifier: Apache-2.0
// English texts: projects and their members.

export const en_projects = {
  projects: {
    project: 'Project',
    choose: 'Project whose workflows are shown',
    all: 'All projects',
    in: 'In {{project}}',
    no_part: '{{user}} is in no project yet',
    no_part_hint:
      'Ask an admin to make you a member of a project, or to give you a role for the whole site.',
    folder_hint:
      'A project is a folder of DAGs: those below dags/NAME/ are the project NAME’s. What is elsewhere belongs to default.',
    your_role: 'Your role',
    dags: 'DAGs',
    members: 'Members',
    description: 'Description',
    since: 'Since',
    by: 'By',
    site_role: 'For the whole site',
    create: 'Create project',
    create_failed: 'The project was not created.',
    name: 'Name',
    name_hint: 'As its folder below the DAG folder: letters, digits, “_”, “-” and “.”.',
    delete: 'Delete project',
    delete_title: 'Delete the project {{project}}',
    delete_hint:
      'Its members lose their roles in it. It can be deleted when no DAG is in its folder; what its DAGs have left belongs to default then.',
    add_member: 'Add member',
    add_failed: 'The member was not added.',
    role_of: 'Role of {{user}} in the project',
    role_failed: 'The role was not changed.',
    remove_title: 'Take {{user}} out of {{project}}',
    remove: 'Take out',
    remove_hint: 'Open pages of the user connect anew and show nothing of the project any more.',
    no_members: 'No members',
    no_members_hint:
      'Users with a role for the whole site need none. Others see the projects they are members of.',
    not_admin: 'Admins of the project see its members.',
    stronger: 'The role for the whole site is as strong: the membership adds nothing.',
    not_found: 'There is no such project',
  },
};
