-- What the numbered migrations add up to. Written by hand beside them; a test compares the two.

-- Every owner's row has the owner first in its primary key and in every unique key, and no key without it. No triggers,
-- and no foreign key to spaces: a distributed PostgreSQL (Citus) refuses the former and mishandles the latter.

create table schema_migrations (
  number int primary key,
  name text not null,
  applied_at timestamptz not null default now()
);

-- The embeddings that may be compared with one another; each has a partition of `embeddings`.
create table spaces (
  id int generated always as identity primary key,
  name text not null unique,
  model text not null,
  revision text not null,
  modality text not null check (modality in ('visual', 'audio', 'text', 'scene')),
  dim int not null check (dim between 1 and 4000),
  state text not null default 'live' check (state in ('building', 'live', 'retired'))
);

create table videos (
  owner_id uuid not null,
  id uuid not null,
  content_hash text not null,
  title text not null,
  duration_s float8 not null check (duration_s >= 0),
  width int,
  height int,
  frame_rate_num bigint,
  frame_rate_den bigint check (frame_rate_den > 0),
  media jsonb not null default '{}',
  recipe text not null,
  sidecars text not null default '',
  warnings jsonb not null default '[]',
  scene_count int not null default 0,
  caption_count int not null default 0,
  longest_caption_s float8 not null default 0,  -- how far before a scene a caption can begin that reaches into it
  -- for BM25: scenes with terms (a title's alone, too), those of them in which something is said, and the words said.
  -- Their sums over an owner's videos are N, and the mean length of what is said
  passages int not null default 0,
  spoken int not null default 0,
  tokens bigint not null default 0,
  -- space id to number of vectors: tells how large a search is before it is planned
  vectors jsonb not null default '{}',
  added_at timestamptz not null default now(),
  primary key (owner_id, id),
  unique (owner_id, content_hash)
);

create table files (
  owner_id uuid not null,
  path_hash bytea not null,  -- SHA-256 of path: a path can be longer than an index entry
  path text not null,
  video_id uuid not null,
  size_bytes bigint not null,
  mtime_ns bigint not null,
  missing boolean not null default false,
  seen_at timestamptz not null default now(),
  primary key (owner_id, path_hash),
  foreign key (owner_id, video_id) references videos on delete cascade
);
create index on files (owner_id, video_id);

create table scenes (
  owner_id uuid not null,
  id uuid not null,
  video_id uuid not null,
  index int not null check (index >= 0),
  start_s float8 not null,
  end_s float8 not null,
  thumbnail_key text,
  primary key (owner_id, id),
  unique (owner_id, video_id, index),
  foreign key (owner_id, video_id) references videos on delete cascade,
  check (end_s > start_s)
);

create table keyframes (
  owner_id uuid not null,
  scene_id uuid not null,
  ordinal smallint not null,
  t_s float8 not null,
  quality real not null,
  width int not null,
  height int not null,
  object_key text not null,
  primary key (owner_id, scene_id, ordinal),
  foreign key (owner_id, scene_id) references scenes on delete cascade
);

create table captions (
  owner_id uuid not null,
  video_id uuid not null,
  origin text not null check (origin in ('embedded', 'sidecar', 'speech', 'screen')),
  language text not null default '',
  index int not null,
  start_s float8 not null,
  end_s float8 not null,
  text text not null,
  primary key (owner_id, video_id, origin, language, index),
  foreign key (owner_id, video_id) references videos on delete cascade,
  check (end_s >= start_s)
);
create index on captions (owner_id, video_id, start_s);

-- A failure is a row too: without vector, with `error` in its metadata. The scene comes before the space in the key, so
-- that deleting a scene finds its rows in each partition by the key alone.
create table embeddings (
  owner_id uuid not null,
  space_id int not null,
  scene_id uuid not null,
  ordinal smallint not null default 0,
  t_s float8 not null default 0,
  region smallint not null default 0,
  vector halfvec,
  metadata jsonb not null default '{}',
  primary key (owner_id, scene_id, space_id, ordinal),
  foreign key (owner_id, scene_id) references scenes on delete cascade,
  check (vector is not null or metadata ? 'error'),
  check (vector is null or l2_norm(vector) > 0)
) partition by list (space_id);

create table postings (
  owner_id uuid not null,
  term text collate "C" not null,
  scene_id uuid not null,
  tf real not null,
  len int not null,
  primary key (owner_id, term, scene_id) include (tf, len),
  foreign key (owner_id, scene_id) references scenes on delete cascade
);
create index on postings (owner_id, scene_id);

create table owner_settings (
  owner_id uuid not null,
  name text not null,
  value jsonb not null,
  primary key (owner_id, name)
);

-- How an unrelated query scores: what a raw score is calibrated against.
create table backgrounds (
  owner_id uuid not null,
  space_id int not null,
  quantiles real[] not null,
  samples int not null check (samples > 0),
  made_at timestamptz not null default now(),
  primary key (owner_id, space_id)
);

create table query_embeddings (
  space_id int not null,
  query_hash bytea not null,
  vector halfvec not null,
  made_at timestamptz not null default now(),
  primary key (space_id, query_hash)
);

-- `nullif`: after a transaction the setting is '', not NULL. Without one, no row is seen.
alter table videos enable row level security;
alter table videos force row level security;
create policy own on videos using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on videos to scenedex_operator using (true);

alter table files enable row level security;
alter table files force row level security;
create policy own on files using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on files to scenedex_operator using (true);

alter table scenes enable row level security;
alter table scenes force row level security;
create policy own on scenes using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on scenes to scenedex_operator using (true);

alter table keyframes enable row level security;
alter table keyframes force row level security;
create policy own on keyframes using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on keyframes to scenedex_operator using (true);

alter table captions enable row level security;
alter table captions force row level security;
create policy own on captions using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on captions to scenedex_operator using (true);

alter table embeddings enable row level security;
alter table embeddings force row level security;
create policy own on embeddings using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on embeddings to scenedex_operator using (true);

alter table postings enable row level security;
alter table postings force row level security;
create policy own on postings using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on postings to scenedex_operator using (true);

alter table owner_settings enable row level security;
alter table owner_settings force row level security;
create policy own on owner_settings using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on owner_settings to scenedex_operator using (true);

alter table backgrounds enable row level security;
alter table backgrounds force row level security;
create policy own on backgrounds using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on backgrounds to scenedex_operator using (true);

grant select, insert, update, delete on
  videos, files, scenes, keyframes, captions, embeddings, postings, owner_settings, backgrounds, query_embeddings
  to scenedex_app, scenedex_operator;
grant select on schema_migrations, spaces to scenedex_app, scenedex_operator;
