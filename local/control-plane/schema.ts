/** What brings an empty database to today's shape, one step per version: only append, never edit a step. */
export const migrations: readonly string[] = [
  `
  create table settings (name text primary key, value blob not null) without rowid;

  create table users (
    id integer primary key,
    email text not null unique collate nocase,
    name text,
    status text not null check (status in ('active', 'inactive')),
    group_names text not null,
    created_at integer not null
  );

  -- Never the token itself. No user: the agent token of the organisation.
  create table tokens (
    sha256 blob primary key,
    user_id integer references users (id),
    created_at integer not null
  ) without rowid;

  create table targets (
    id integer primary key,
    name text not null unique,
    message text,
    type text not null,
    status text not null check (status in ('active', 'inactive')),
    tags text,
    redact text not null check (redact in ('all', 'none')),
    review_type text not null check (review_type in ('none', 'anyone', 'team')),
    reviewers text,
    channel_name text,
    group_names text,
    secret_provider text,
    secret_path text,
    secret_mapping text,
    config text,
    override_type integer not null,
    templates_only integer not null,
    custom_command text,
    created_at integer not null
  );

  -- autoincrement: the id of a task is never given to another one.
  create table tasks (
    id integer primary key autoincrement,
    target_id integer not null references targets (id),
    user_id integer not null references users (id),
    type text not null,
    script_json_bytes integer not null,
    status text not null check (status in (
      'created', 'pending-review', 'approved', 'rejected', 'ready', 'running', 'success', 'failure')),
    created_at integer not null,
    kill_requested_at integer,
    ended_at integer,
    elapsed_time_ms integer,
    exit_code integer,
    reason text,
    redacted integer,
    uploaded_bytes integer,
    log_bytes integer,
    result_sha256 blob,
    -- Only while an agent may need it.
    token text,
    lock_key text,
    -- The large ones last: columns behind them are slow to reach.
    description text,
    logs text,
    script text not null
  );
  create index tasks_by_status on tasks (status, id);

  create table reviews (
    task_id integer not null references tasks (id),
    group_name text not null,
    status text not null check (status in ('pending-review', 'approved', 'rejected')),
    created_at integer not null,
    reviewer_id integer references users (id),
    primary key (task_id, group_name)
  ) without rowid;

  -- One row per tags, '' for an agent without any: two agents must not have the same.
  create table agents (
    tags text primary key,
    instance text not null,
    hostname text not null,
    version text not null,
    capabilities text not null,
    jwk_verify integer not null,
    registered_at integer not null
  );

  create table progress (
    task_id integer not null references tasks (id),
    sequence integer not null,
    stream text not null check (stream in ('stdout', 'stderr')),
    text text not null,
    bytes integer not null,
    unique (task_id, sequence)
  );

  -- Who sees what is decided in these views and nowhere else.
  create view viewers as
    select id as viewer_id, group_names as viewer_groups,
      exists (select 1 from json_each(users.group_names) where value = 'admin') as viewer_is_admin
    from users where status = 'active';

  create view visible_targets as
    select viewers.viewer_id, targets.* from viewers join targets
    where viewer_is_admin or targets.group_names is null
      or exists (select 1 from json_each(targets.group_names) as theirs
                 join json_each(viewer_groups) as mine on mine.value = theirs.value);

  create view task_details as
    select tasks.*, targets.name as target, targets.redact, targets.group_names as target_groups,
      targets.reviewers, targets.review_type, users.email as user_email,
      (select json_group_array(json_object('group', group_name, 'status', reviews.status,
                'created', strftime('%Y-%m-%dT%H:%M:%SZ', reviews.created_at / 1000, 'unixepoch'))
              order by group_name)
       from reviews where reviews.task_id = tasks.id) as reviews
    from tasks join targets on targets.id = tasks.target_id join users on users.id = tasks.user_id;

  create view visible_tasks as
    select viewers.viewer_id, task_details.* from viewers join task_details
    where viewer_is_admin or task_details.user_id = viewer_id or target_groups is null
      or exists (select 1 from json_each(target_groups) as theirs
                 join json_each(viewer_groups) as mine on mine.value = theirs.value)
      or exists (select 1 from json_each(task_details.reviewers) as theirs
                 join json_each(viewer_groups) as mine on mine.value = theirs.value);
  `,
];
