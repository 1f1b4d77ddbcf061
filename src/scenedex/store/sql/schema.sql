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
  modality text not null check (modality in ('visual', 'audio', 'text', 'scene', 'region')),
  dim int not null check (dim between 1 and 4000),
  state text not null default 'live' check (state in ('building', 'live', 'retired')),
  replaced_by int  -- the space that went live in place of this one: the way back
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
  tags jsonb not null default '[]',  -- texts; who writes them normalises them
  annotations jsonb not null default '{}',  -- kind to how it was made
  recorded_at timestamptz,  -- as the container says; null where it does not, or cannot be believed
  corrected int not null default 0,  -- counts changes of corrections
  stale jsonb not null default '[]',  -- ids of spaces whose embeddings of words are out of date
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
  name text,  -- what its sender calls it; null where the path says it
  inode bigint,  -- by which one that was moved is known again; null where it was never seen
  ends text,  -- SHA-256 of how it begins and ends, in hex; null where that was not read
  primary key (owner_id, path_hash),
  foreign key (owner_id, video_id) references videos on delete cascade
);
create index on files (owner_id, video_id);
create index files_inodes on files (owner_id, inode);

create table scenes (
  owner_id uuid not null,
  id uuid not null,
  video_id uuid not null,
  index int not null check (index >= 0),
  start_s float8 not null,
  end_s float8 not null,
  thumbnail_key text,
  -- how it begins: by a cut, or by what takes from `transition_start_s` to `transition_end_s`. Null where it begins with the
  -- video, or in the middle of a long shot, and where it is not known.
  transition text check (transition in ('cut', 'dissolve', 'fade')),
  transition_start_s float8,
  transition_end_s float8,
  primary key (owner_id, id),
  unique (owner_id, video_id, index),
  foreign key (owner_id, video_id) references videos on delete cascade,
  check (end_s > start_s),
  check (
    case when transition is null then transition_start_s is null and transition_end_s is null
    else transition_start_s is not null and transition_end_s is not null and transition_start_s <= transition_end_s end)
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
  origin text not null check (origin in ('embedded', 'sidecar', 'speech', 'screen', 'added')),
  language text not null default '',
  index int not null,
  start_s float8 not null,
  end_s float8 not null,
  text text not null,
  measures jsonb not null default '{}',  -- how sure whoever read or heard it was
  speaker text,
  speaker_folded text,
  primary key (owner_id, video_id, origin, language, index),
  foreign key (owner_id, video_id) references videos on delete cascade,
  check (end_s >= start_s)
);
create index on captions (owner_id, video_id, start_s);

-- What a model wrote about a scene.
create table descriptions (
  owner_id uuid not null,
  scene_id uuid not null,
  model text not null,
  description text not null,
  summary text not null default '',
  tags jsonb not null default '[]',
  made_at timestamptz not null default now(),
  primary key (owner_id, scene_id),
  foreign key (owner_id, scene_id) references scenes on delete cascade
);

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

alter table descriptions enable row level security;
alter table descriptions force row level security;
create policy own on descriptions using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on descriptions to scenedex_operator using (true);

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
  videos, files, scenes, keyframes, captions, descriptions, embeddings, postings, owner_settings, backgrounds, query_embeddings
  to scenedex_app, scenedex_operator;
grant select on schema_migrations, spaces to scenedex_app, scenedex_operator;

-- pgvector may lie in a schema of its own. The functions below keep this path, whoever calls them.
select set_config('search_path', concat_ws(', ', 'public', (
  select quote_ident(n.nspname) from pg_extension e join pg_namespace n on n.oid = e.extnamespace
  where e.extname = 'vector' and n.nspname <> 'public'), 'pg_temp'), true);

-- The space that stands for a modality where only one can: the one that the owner names in owner_settings, else of the
-- live ones the one that has seen the most of the owner's scenes, the newest of several. So a new model takes over when
-- it has seen everything. Without an owner: over all videos that the caller may see. NULL where there is none.
create function live_space(owner uuid, modality text) returns int
language plpgsql stable set search_path from current set plan_cache_mode = 'force_custom_plan' as $$
declare
  chosen int;
begin
  select s.id into chosen from owner_settings o join spaces s on to_jsonb(s.name) = o.value
  where o.owner_id = live_space.owner and o.name = 'live_space.' || live_space.modality
    and s.modality = live_space.modality and s.state <> 'retired';
  if chosen is null then
    with live as (select s.id from spaces s where s.state = 'live' and s.modality = live_space.modality)
    select live.id into chosen from live
    order by case when (select count(*) from live) > 1 then (
        select coalesce(sum(v.scene_count), 0) from videos v
        where (live_space.owner is null or v.owner_id = live_space.owner) and v.vectors ? live.id::text)
      end desc, live.id desc
    limit 1;
  end if;
  return chosen;
end $$;

-- A scene with the embedding of its best keyframe that has one (of a wide one, seen in parts, the middle of these);
-- where none has, the metadata say why. Grouped by owner:
-- the space is looked for once for each of them, not for each scene.
create view video_scenes with (security_invoker = true) as
select s.id, s.video_id, s.owner_id, s.index, s.start_s, s.end_s,
  case when s.thumbnail_key is not null then '/api/v1/scenes/' || s.id || '/thumbnail' end as thumbnail_url,
  best.vector::vector as embedding_visual_clip,
  best.metadata as visual_clip_metadata
from (select owner_id, live_space(owner_id, 'visual') as space_id from videos group by owner_id) o
  join scenes s on s.owner_id = o.owner_id
  left join lateral (
    select l2_normalize(avg(e.vector::vector)) as vector,
      (array_agg(e.metadata order by e.vector is null, e.ordinal))[1] as metadata
    from embeddings e left join keyframes k
      on k.owner_id = e.owner_id and k.scene_id = e.scene_id and k.t_s = e.t_s
    where e.owner_id = s.owner_id and e.scene_id = s.id and e.space_id = o.space_id
    group by e.t_s
    order by count(e.vector) = 0, max(k.quality) desc nulls last, min(e.ordinal)
    limit 1) best on true;

-- The live visual space of an owner, and a query vector as it is compared there; one that cannot be is an error.
create function visual_query(owner uuid, query vector, out space_id int, out dim int, out unit halfvec)
language plpgsql stable set search_path from current as $$
declare
  space spaces;
begin
  select * into space from spaces s where s.id = live_space(owner, 'visual');
  if space.id is null then
    return;
  elsif vector_dims(query) <> space.dim then
    raise exception 'The query vector has % dimensions; the live visual space % has %.',
      vector_dims(query), quote_literal(space.name), space.dim
      using errcode = 'data_exception', hint = 'Make it with the model of that space.';
  elsif vector_norm(query) = 0 then
    raise exception 'The query vector is all zeros: it has no direction to compare.' using errcode = 'data_exception';
  end if;
  space_id := space.id;
  dim := space.dim;
  unit := l2_normalize(query)::halfvec;
end $$;

-- The statement that gives the `wanted` scenes nearest to $1 (owner_id, scene_id, similarity), by comparing all of the
-- vectors in `scope`, or by a walk through HNSW; all are compared after all where the walk does not fill the page.
-- Constants, not parameters: only so are the partition and the index used. A scene has at most 8 keyframes, each in two parts.
create function visual_search_statement(space_id int, dim int, scope text, wanted int, by_index boolean) returns text
language sql immutable set search_path from current as $$
  select case when by_index then format(
    'with walk as materialized (
      select owner_id, scene_id, vector::halfvec(%2$s) <=> $1 as distance from embeddings
      where space_id = %1$s and vector is not null%3$s order by vector::halfvec(%2$s) <=> $1 limit 16 * %4$s::bigint),
    found as materialized (
      select owner_id, scene_id, 1 - min(distance) as similarity from walk
      group by owner_id, scene_id order by similarity desc, scene_id limit %4$s),
    compared as materialized (
      select owner_id, scene_id, 1 - min(vector <=> $1) as similarity from embeddings
      where space_id = %1$s and vector is not null%3$s and (select count(*) from found) < %4$s
      group by owner_id, scene_id order by similarity desc, scene_id limit %4$s)
    select * from compared union all select * from found where not exists (select from compared)',
    space_id, dim, scope, wanted)
  else format(
    'select owner_id, scene_id, 1 - min(vector <=> $1) as similarity from embeddings
    where space_id = %1$s and vector is not null%2$s
    group by owner_id, scene_id order by similarity desc, scene_id limit %3$s',
    space_id, scope, wanted) end
$$;

-- Scenes by what is seen, best first: the cosine of the query to the keyframe that fits best. Those of one owner
-- (filter_user_id, else the setting scenedex.owner_id, else whose video filter_video_id is), else all that the caller
-- may see. Up to 50,000 vectors in scope are all compared; more by HNSW, if they are a fifth of their partition.
create function search_scenes_by_visual_clip_embedding(
  query_embedding vector,
  match_threshold float8 default 0.5,
  match_count int default 20,
  filter_video_id uuid default null,
  filter_user_id uuid default null
) returns table (
  id uuid, video_id uuid, index int, start_s float8, end_s float8, thumbnail_url text, similarity float8
) language plpgsql stable set search_path from current set plan_cache_mode = 'force_custom_plan' as $$
#variable_conflict use_column
declare
  owner uuid := coalesce(filter_user_id, nullif(current_setting('scenedex.owner_id', true), '')::uuid,
    (select v.owner_id from videos v where v.id = filter_video_id));
  query record := visual_query(owner, query_embedding);
  scope text := '';
  vectors bigint;
  by_index boolean;
  ef text := current_setting('hnsw.ef_search', true);
  scan text := current_setting('hnsw.iterative_scan', true);
  sort text := current_setting('enable_sort');
begin
  if match_count is null or match_count < 0 then
    raise exception 'match_count says how many scenes to give at most: 0 or more.'
      using errcode = 'invalid_parameter_value';
  elsif query.unit is null or (filter_video_id is not null and owner is null) then
    return;
  end if;
  if owner is not null then
    scope := format(' and owner_id = %L::uuid', owner);
  end if;
  if filter_video_id is not null then
    scope := scope || format(' and scene_id in (select id from scenes where owner_id = %L::uuid and video_id = %L::uuid)',
      owner, filter_video_id);
  end if;
  select coalesce(sum((v.vectors->>query.space_id::text)::bigint), 0) into vectors from videos v
  where (owner is null or v.owner_id = owner) and (filter_video_id is null or v.id = filter_video_id);
  by_index := match_count <= 1000
    and vectors > coalesce(nullif(current_setting('scenedex.exact_up_to', true), '')::bigint, 50000)
    and vectors >= 0.2 * (select c.reltuples from pg_class c where c.oid = to_regclass('embeddings_' || query.space_id));
  if by_index then  -- so that the planner does not sort where HNSW was decided on
    perform set_config('hnsw.ef_search', least(greatest(8 * match_count, 40), 1000)::text, true),
      set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('enable_sort', 'off', true);
  end if;
  return query execute format(
    'select s.id, s.video_id, s.index, s.start_s, s.end_s,
      case when s.thumbnail_key is not null then ''/api/v1/scenes/'' || s.id || ''/thumbnail'' end, n.similarity
    from (%s) n join scenes s on s.owner_id = n.owner_id and s.id = n.scene_id
    where n.similarity >= $2 order by n.similarity desc, s.id',
    visual_search_statement(query.space_id, query.dim, scope, match_count, by_index)
  ) using query.unit, match_threshold;
  if by_index then
    perform set_config('hnsw.ef_search', ef, true), set_config('hnsw.iterative_scan', scan, true),
      set_config('enable_sort', sort, true);
  end if;
end $$;

-- For each of these scenes that has embeddings in the live visual space (of the owner in scenedex.owner_id, if that is
-- set): the cosine of the query to the keyframe that fits best, all of them compared. Best first.
create function batch_score_scenes_clip(scene_ids uuid[], query_embedding vector)
returns table (id uuid, similarity float8)
language plpgsql stable set search_path from current set plan_cache_mode = 'force_custom_plan' as $$
#variable_conflict use_column
declare
  owner uuid := nullif(current_setting('scenedex.owner_id', true), '')::uuid;
  query record := visual_query(owner, query_embedding);
begin
  if query.unit is not null then
    return query select e.scene_id, 1 - min(e.vector <=> query.unit) as similarity from embeddings e
      where (owner is null or e.owner_id = owner) and e.space_id = query.space_id
        and e.scene_id = any(scene_ids) and e.vector is not null
      group by e.scene_id order by similarity desc, e.scene_id;
  end if;
end $$;

revoke execute on function live_space, visual_query, visual_search_statement, search_scenes_by_visual_clip_embedding,
  batch_score_scenes_clip from public;
grant execute on function live_space, visual_query, visual_search_statement, search_scenes_by_visual_clip_embedding,
  batch_score_scenes_clip to scenedex_app, scenedex_operator;
grant select on video_scenes to scenedex_app, scenedex_operator;

-- Who has rows here. `local` is the owner of a library that one person uses.
create table owners (
  id uuid primary key,
  name text not null unique,
  created_at timestamptz not null default now()
);
insert into owners (id, name) values ('00000000-0000-0000-0000-000000000001', 'local');

-- What lets a program in, and, as `session_of` such a key, somebody who signed in on the page with it. Of the secret
-- only the SHA-256 is here.
create table api_keys (
  owner_id uuid not null,
  id uuid not null,
  secret_hash bytea not null check (length(secret_hash) = 32),
  access text not null check (access in ('read', 'write', 'admin')),
  label text not null default '',
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  session_of uuid,
  primary key (owner_id, id),
  foreign key (owner_id) references owners on delete cascade,
  foreign key (owner_id, session_of) references api_keys on delete cascade
);
create index on api_keys (id);
create index on api_keys (owner_id, session_of);

alter table owners enable row level security;
alter table owners force row level security;
create policy own on owners using (id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on owners to scenedex_operator using (true);

alter table api_keys enable row level security;
alter table api_keys force row level security;
create policy own on api_keys using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on api_keys to scenedex_operator using (true);
-- for find_api_key, which runs as whoever owns the table: whose key it is, is what it finds out
create policy lookup on api_keys for select
  using (current_user = (select pg_get_userbyid(relowner) from pg_class where oid = 'public.api_keys'::regclass));

-- The key or session of this id, if it lets somebody in now; asked before the owner is known.
create function find_api_key(key_id uuid) returns table (
  owner_id uuid, id uuid, secret_hash bytea, access text, session_of uuid, unnoted boolean
) language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select k.owner_id, k.id, k.secret_hash, k.access, k.session_of,
    coalesce(k.last_used_at < now() - interval '5 minutes', true)
  from public.api_keys k left join public.api_keys p on p.owner_id = k.owner_id and p.id = k.session_of
  where k.id = find_api_key.key_id
    and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
    and p.revoked_at is null and (p.expires_at is null or p.expires_at > now())
$$;
revoke execute on function find_api_key from public;
grant execute on function find_api_key to scenedex_app;

grant select on owners to scenedex_app;
grant select, insert, update, delete on owners to scenedex_operator;
grant select, insert, update, delete on api_keys to scenedex_app, scenedex_operator;

-- The queue: procrastinate 3.10's own schema as it stands (MIT licence, without its check for plpgsql); what is ours
-- follows below it. A later version of its schema is a further migration; a test compares this with the installed one.

-- Enums

CREATE TYPE procrastinate_job_status AS ENUM (
    'todo',  -- The job is queued
    'doing',  -- The job has been fetched by a worker
    'succeeded',  -- The job ended successfully
    'failed',  -- The job ended with an error
    'cancelled', -- The job was cancelled
    'aborting',  -- legacy, not used anymore since v3.0.0
    'aborted'  -- The job was aborted
);

CREATE TYPE procrastinate_job_event_type AS ENUM (
    'deferred',  -- Job created, in todo
    'started',  -- todo -> doing
    'deferred_for_retry',  -- doing -> todo
    'failed',  -- doing -> failed
    'succeeded',  -- doing -> succeeded
    'cancelled', -- todo -> cancelled
    'abort_requested', -- not a state transition, but set in a separate field
    'aborted', -- doing -> aborted (only allowed when abort_requested field is set)
    'scheduled', -- not a state transition, but recording when a task is scheduled for
    'retried' -- Manually retried failed job
);

-- Composite Types

CREATE TYPE procrastinate_job_to_defer_v1 AS (
    queue_name character varying,
    task_name character varying,
    priority integer,
    lock text,
    queueing_lock text,
    args jsonb,
    scheduled_at timestamp with time zone
);

-- Tables

CREATE TABLE procrastinate_workers(
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    last_heartbeat timestamp with time zone NOT NULL DEFAULT NOW()
);

CREATE TABLE procrastinate_jobs (
    id bigserial PRIMARY KEY,
    queue_name character varying(128) NOT NULL,
    task_name character varying(128) NOT NULL,
    priority integer DEFAULT 0 NOT NULL,
    lock text,
    queueing_lock text,
    args jsonb DEFAULT '{}' NOT NULL,
    status procrastinate_job_status DEFAULT 'todo'::procrastinate_job_status NOT NULL,
    scheduled_at timestamp with time zone NULL,
    attempts integer DEFAULT 0 NOT NULL,
    abort_requested boolean DEFAULT false NOT NULL,
    worker_id bigint REFERENCES procrastinate_workers(id) ON DELETE SET NULL,
    CONSTRAINT check_not_todo_abort_requested CHECK (NOT (status = 'todo' AND abort_requested = true))
);

CREATE TABLE procrastinate_periodic_defers (
    id bigserial PRIMARY KEY,
    task_name character varying(128) NOT NULL,
    defer_timestamp bigint,
    job_id bigint REFERENCES procrastinate_jobs(id) NULL,
    periodic_id character varying(128) NOT NULL DEFAULT '',
    CONSTRAINT procrastinate_periodic_defers_unique UNIQUE (task_name, periodic_id, defer_timestamp)
);

CREATE TABLE procrastinate_events (
    id bigserial PRIMARY KEY,
    job_id bigint NOT NULL REFERENCES procrastinate_jobs ON DELETE CASCADE,
    type procrastinate_job_event_type,
    at timestamp with time zone DEFAULT NOW() NULL
);

-- Constraints & Indices

-- this prevents from having several jobs with the same queueing lock in the "todo" state
CREATE UNIQUE INDEX procrastinate_jobs_queueing_lock_idx_v1 ON procrastinate_jobs (queueing_lock) WHERE status = 'todo';
-- this prevents from having several jobs with the same lock in the "doing" state
CREATE UNIQUE INDEX procrastinate_jobs_lock_idx_v1 ON procrastinate_jobs (lock) WHERE status = 'doing';

-- Index for select_stalled_jobs_by_heartbeat query
CREATE INDEX idx_procrastinate_jobs_worker_not_null ON procrastinate_jobs(worker_id) WHERE worker_id IS NOT NULL AND status = 'doing'::procrastinate_job_status;

CREATE INDEX procrastinate_jobs_queue_name_idx_v1 ON procrastinate_jobs(queue_name);
CREATE INDEX procrastinate_jobs_id_lock_idx_v1 ON procrastinate_jobs (id, lock) WHERE status = ANY (ARRAY['todo'::procrastinate_job_status, 'doing'::procrastinate_job_status]);
CREATE INDEX procrastinate_jobs_priority_idx_v1 ON procrastinate_jobs(priority desc, id asc) WHERE (status = 'todo'::procrastinate_job_status);

CREATE INDEX procrastinate_events_job_id_fkey_v1 ON procrastinate_events(job_id);

CREATE INDEX procrastinate_periodic_defers_job_id_fkey_v1 ON procrastinate_periodic_defers(job_id);

CREATE INDEX idx_procrastinate_workers_last_heartbeat ON procrastinate_workers(last_heartbeat);

-- Functions
CREATE FUNCTION procrastinate_defer_jobs_v1(
    jobs procrastinate_job_to_defer_v1[]
)
    RETURNS bigint[]
    LANGUAGE plpgsql
AS $$
DECLARE
    job_ids bigint[];
BEGIN
    WITH inserted_jobs AS (
        INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at)
        SELECT (job).queue_name,
               (job).task_name,
               (job).priority,
               (job).lock,
               (job).queueing_lock,
               (job).args,
               (job).scheduled_at
        FROM unnest(jobs) AS job
        RETURNING id
    )
    SELECT array_agg(id) FROM inserted_jobs INTO job_ids;

    RETURN job_ids;
END;
$$;

CREATE FUNCTION procrastinate_defer_periodic_job_v2(
    _queue_name character varying,
    _lock character varying,
    _queueing_lock character varying,
    _task_name character varying,
    _priority integer,
    _periodic_id character varying,
    _defer_timestamp bigint,
    _args jsonb
)
    RETURNS bigint
    LANGUAGE plpgsql
AS $$
DECLARE
	_job_id bigint;
	_defer_id bigint;
BEGIN
    INSERT
        INTO procrastinate_periodic_defers (task_name, periodic_id, defer_timestamp)
        VALUES (_task_name, _periodic_id, _defer_timestamp)
        ON CONFLICT DO NOTHING
        RETURNING id into _defer_id;

    IF _defer_id IS NULL THEN
        RETURN NULL;
    END IF;

    UPDATE procrastinate_periodic_defers
        SET job_id = (
            SELECT COALESCE((
                SELECT unnest(procrastinate_defer_jobs_v1(
                    ARRAY[
                        ROW(
                            _queue_name,
                            _task_name,
                            _priority,
                            _lock,
                            _queueing_lock,
                            _args,
                            NULL::timestamptz
                        )
                    ]::procrastinate_job_to_defer_v1[]
                ))
            ), NULL)
        )
        WHERE id = _defer_id
        RETURNING job_id INTO _job_id;

    DELETE
        FROM procrastinate_periodic_defers
        USING (
            SELECT id
            FROM procrastinate_periodic_defers
            WHERE procrastinate_periodic_defers.task_name = _task_name
            AND procrastinate_periodic_defers.periodic_id = _periodic_id
            AND procrastinate_periodic_defers.defer_timestamp < _defer_timestamp
            ORDER BY id
            FOR UPDATE
        ) to_delete
        WHERE procrastinate_periodic_defers.id = to_delete.id;

    RETURN _job_id;
END;
$$;

CREATE FUNCTION procrastinate_fetch_job_v2(
    target_queue_names character varying[],
    p_worker_id bigint
)
    RETURNS procrastinate_jobs
    LANGUAGE plpgsql
AS $$
DECLARE
	found_jobs procrastinate_jobs;
BEGIN
    WITH candidate AS (
        SELECT jobs.*
            FROM procrastinate_jobs AS jobs
            WHERE
                -- reject the job if its lock has earlier or higher priority jobs
                NOT EXISTS (
                    SELECT 1
                        FROM procrastinate_jobs AS other_jobs
                        WHERE
                            jobs.lock IS NOT NULL
                            AND other_jobs.lock = jobs.lock
                            AND (
                                -- job with same lock is already running
                                other_jobs.status = 'doing'
                                OR
                                -- job with same lock is waiting and has higher priority (or same priority but was queued first)
                                (
                                    other_jobs.status = 'todo'
                                    AND (
                                        other_jobs.priority > jobs.priority
                                        OR (
                                        other_jobs.priority = jobs.priority
                                        AND other_jobs.id < jobs.id
                                        )
                                    )
                                )
                            )
                )
                AND jobs.status = 'todo'
                AND (target_queue_names IS NULL OR jobs.queue_name = ANY( target_queue_names ))
                AND (jobs.scheduled_at IS NULL OR jobs.scheduled_at <= now())
            ORDER BY jobs.priority DESC, jobs.id ASC LIMIT 1
            FOR UPDATE OF jobs SKIP LOCKED
    )
    UPDATE procrastinate_jobs
        SET status = 'doing', worker_id = p_worker_id
        FROM candidate
        WHERE procrastinate_jobs.id = candidate.id
        RETURNING procrastinate_jobs.* INTO found_jobs;

 RETURN found_jobs;
END;
$$;

CREATE FUNCTION procrastinate_finish_job_v1(job_id bigint, end_status procrastinate_job_status, delete_job boolean)
    RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    _job_id bigint;
BEGIN
    IF end_status NOT IN ('succeeded', 'failed', 'aborted') THEN
        RAISE 'End status should be either "succeeded", "failed" or "aborted" (job id: %)', job_id;
    END IF;
    IF delete_job THEN
        DELETE FROM procrastinate_jobs
        WHERE id = job_id AND status IN ('todo', 'doing')
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = end_status,
            abort_requested = false,
            attempts = CASE status
                WHEN 'doing' THEN attempts + 1 ELSE attempts
            END
        WHERE id = job_id AND status IN ('todo', 'doing')
        RETURNING id INTO _job_id;
    END IF;
    IF _job_id IS NULL THEN
        RAISE 'Job was not found or not in "doing" or "todo" status (job id: %)', job_id;
    END IF;
END;
$$;

CREATE FUNCTION procrastinate_cancel_job_v1(job_id bigint, abort boolean, delete_job boolean)
    RETURNS bigint
    LANGUAGE plpgsql
AS $$
DECLARE
    _job_id bigint;
BEGIN
    IF delete_job THEN
        DELETE FROM procrastinate_jobs
        WHERE id = job_id AND status = 'todo'
        RETURNING id INTO _job_id;
    END IF;
    IF _job_id IS NULL THEN
        IF abort THEN
            UPDATE procrastinate_jobs
            SET abort_requested = true,
                status = CASE status
                    WHEN 'todo' THEN 'cancelled'::procrastinate_job_status ELSE status
                END
            WHERE id = job_id AND status IN ('todo', 'doing')
            RETURNING id INTO _job_id;
        ELSE
            UPDATE procrastinate_jobs
            SET status = 'cancelled'::procrastinate_job_status
            WHERE id = job_id AND status = 'todo'
            RETURNING id INTO _job_id;
        END IF;
    END IF;
    RETURN _job_id;
END;
$$;

CREATE FUNCTION procrastinate_retry_job_v1(
    job_id bigint,
    retry_at timestamp with time zone,
    new_priority integer,
    new_queue_name character varying,
    new_lock character varying
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    _job_id bigint;
    _abort_requested boolean;
BEGIN
    SELECT abort_requested FROM procrastinate_jobs
    WHERE id = job_id AND status = 'doing'
    FOR UPDATE
    INTO _abort_requested;
    IF _abort_requested THEN
        UPDATE procrastinate_jobs
        SET status = 'failed'::procrastinate_job_status
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = 'todo'::procrastinate_job_status,
            attempts = attempts + 1,
            scheduled_at = retry_at,
            priority = COALESCE(new_priority, priority),
            queue_name = COALESCE(new_queue_name, queue_name),
            lock = COALESCE(new_lock, lock)
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    END IF;

    IF _job_id IS NULL THEN
        RAISE 'Job was not found or not in "doing" status (job id: %)', job_id;
    END IF;
END;
$$;

CREATE FUNCTION procrastinate_retry_job_v2(
    job_id bigint,
    retry_at timestamp with time zone,
    new_priority integer,
    new_queue_name character varying,
    new_lock character varying
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    _job_id bigint;
    _abort_requested boolean;
    _current_status procrastinate_job_status;
BEGIN
    SELECT status, abort_requested FROM procrastinate_jobs
    WHERE id = job_id AND status IN ('doing', 'failed')
    FOR UPDATE
    INTO _current_status, _abort_requested;
    IF _current_status = 'doing' AND _abort_requested THEN
        UPDATE procrastinate_jobs
        SET status = 'failed'::procrastinate_job_status
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = 'todo'::procrastinate_job_status,
            attempts = attempts + 1,
            scheduled_at = retry_at,
            priority = COALESCE(new_priority, priority),
            queue_name = COALESCE(new_queue_name, queue_name),
            lock = COALESCE(new_lock, lock)
        WHERE id = job_id AND status IN ('doing', 'failed')
        RETURNING id INTO _job_id;
    END IF;

    IF _job_id IS NULL THEN
        RAISE 'Job was not found or has an invalid status to retry (job id: %)', job_id;
    END IF;

END;
$$;

CREATE FUNCTION procrastinate_notify_queue_job_inserted_v1()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
DECLARE
    payload TEXT;
BEGIN
    SELECT json_build_object('type', 'job_inserted', 'job_id', NEW.id)::text INTO payload;
	PERFORM pg_notify('procrastinate_queue_v1#' || NEW.queue_name, payload);
	PERFORM pg_notify('procrastinate_any_queue_v1', payload);
	RETURN NEW;
END;
$$;

CREATE FUNCTION procrastinate_notify_queue_abort_job_v1()
RETURNS trigger
    LANGUAGE plpgsql
AS $$
DECLARE
    payload TEXT;
BEGIN
    SELECT json_build_object('type', 'abort_job_requested', 'job_id', NEW.id)::text INTO payload;
	PERFORM pg_notify('procrastinate_queue_v1#' || NEW.queue_name, payload);
	PERFORM pg_notify('procrastinate_any_queue_v1', payload);
	RETURN NEW;
END;
$$;

CREATE FUNCTION procrastinate_trigger_function_status_events_insert_v1()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type)
        VALUES (NEW.id, 'deferred'::procrastinate_job_event_type);
	RETURN NEW;
END;
$$;

CREATE FUNCTION procrastinate_trigger_function_status_events_update_v1()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    WITH t AS (
        SELECT CASE
            WHEN OLD.status = 'todo'::procrastinate_job_status
                AND NEW.status = 'doing'::procrastinate_job_status
                THEN 'started'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'todo'::procrastinate_job_status
                THEN 'deferred_for_retry'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'failed'::procrastinate_job_status
                THEN 'failed'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'succeeded'::procrastinate_job_status
                THEN 'succeeded'::procrastinate_job_event_type
            WHEN OLD.status = 'todo'::procrastinate_job_status
                AND (
                    NEW.status = 'cancelled'::procrastinate_job_status
                    OR NEW.status = 'failed'::procrastinate_job_status
                    OR NEW.status = 'succeeded'::procrastinate_job_status
                )
                THEN 'cancelled'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'aborted'::procrastinate_job_status
                THEN 'aborted'::procrastinate_job_event_type
            WHEN OLD.status = 'failed'::procrastinate_job_status
                AND NEW.status = 'todo'::procrastinate_job_status
                THEN 'retried'::procrastinate_job_event_type
            ELSE NULL
        END as event_type
    )
    INSERT INTO procrastinate_events(job_id, type)
        SELECT NEW.id, t.event_type
        FROM t
        WHERE t.event_type IS NOT NULL;
	RETURN NEW;
END;
$$;

CREATE FUNCTION procrastinate_trigger_function_scheduled_events_v1()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type, at)
        VALUES (NEW.id, 'scheduled'::procrastinate_job_event_type, NEW.scheduled_at);

	RETURN NEW;
END;
$$;

CREATE FUNCTION procrastinate_trigger_abort_requested_events_procedure_v1()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type)
        VALUES (NEW.id, 'abort_requested'::procrastinate_job_event_type);
    RETURN NEW;
END;
$$;

CREATE FUNCTION procrastinate_unlink_periodic_defers_v1()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE procrastinate_periodic_defers
    SET job_id = NULL
    WHERE job_id = OLD.id;
    RETURN OLD;
END;
$$;

CREATE FUNCTION procrastinate_register_worker_v1()
    RETURNS TABLE(worker_id bigint)
    LANGUAGE plpgsql
AS $$
BEGIN
    RETURN QUERY
    INSERT INTO procrastinate_workers DEFAULT VALUES
    RETURNING procrastinate_workers.id;
END;
$$;

CREATE FUNCTION procrastinate_unregister_worker_v1(worker_id bigint)
    RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    DELETE FROM procrastinate_workers
    WHERE id = worker_id;
END;
$$;

CREATE FUNCTION procrastinate_update_heartbeat_v1(worker_id bigint)
    RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE procrastinate_workers
    SET last_heartbeat = NOW()
    WHERE id = worker_id;
END;
$$;

CREATE FUNCTION procrastinate_prune_stalled_workers_v1(seconds_since_heartbeat float)
    RETURNS TABLE(worker_id bigint)
    LANGUAGE plpgsql
AS $$
BEGIN
    RETURN QUERY
    DELETE FROM procrastinate_workers
    WHERE last_heartbeat < NOW() - (seconds_since_heartbeat || 'SECOND')::INTERVAL
    RETURNING procrastinate_workers.id;
END;
$$;

-- Triggers

CREATE TRIGGER procrastinate_jobs_notify_queue_job_inserted_v1
    AFTER INSERT ON procrastinate_jobs
    FOR EACH ROW WHEN ((new.status = 'todo'::procrastinate_job_status))
    EXECUTE PROCEDURE procrastinate_notify_queue_job_inserted_v1();

CREATE TRIGGER procrastinate_jobs_notify_queue_job_aborted_v1
    AFTER UPDATE OF abort_requested ON procrastinate_jobs
    FOR EACH ROW WHEN ((old.abort_requested = false AND new.abort_requested = true AND new.status = 'doing'::procrastinate_job_status))
    EXECUTE PROCEDURE procrastinate_notify_queue_abort_job_v1();

CREATE TRIGGER procrastinate_trigger_status_events_update_v1
    AFTER UPDATE OF status ON procrastinate_jobs
    FOR EACH ROW
    EXECUTE PROCEDURE procrastinate_trigger_function_status_events_update_v1();

CREATE TRIGGER procrastinate_trigger_status_events_insert_v1
    AFTER INSERT ON procrastinate_jobs
    FOR EACH ROW WHEN ((new.status = 'todo'::procrastinate_job_status))
    EXECUTE PROCEDURE procrastinate_trigger_function_status_events_insert_v1();

CREATE TRIGGER procrastinate_trigger_scheduled_events_v1
    AFTER UPDATE OR INSERT ON procrastinate_jobs
    FOR EACH ROW WHEN ((new.scheduled_at IS NOT NULL AND new.status = 'todo'::procrastinate_job_status))
    EXECUTE PROCEDURE procrastinate_trigger_function_scheduled_events_v1();

CREATE TRIGGER procrastinate_trigger_abort_requested_events_v1
    AFTER UPDATE OF abort_requested ON procrastinate_jobs
    FOR EACH ROW WHEN ((new.abort_requested = true))
    EXECUTE PROCEDURE procrastinate_trigger_abort_requested_events_procedure_v1();

CREATE TRIGGER procrastinate_trigger_delete_jobs_v1
    BEFORE DELETE ON procrastinate_jobs
    FOR EACH ROW EXECUTE PROCEDURE procrastinate_unlink_periodic_defers_v1();

-- What is ours: an owner's jobs are theirs alone, and two indexes.

-- by this the queue finds the jobs that another one keeps waiting, and whoever defers finds the same job waiting already
create index procrastinate_jobs_lock_waiting on procrastinate_jobs (lock) where status in ('todo', 'doing');
create index procrastinate_jobs_owner on procrastinate_jobs ((args->>'owner_id'), id);

-- How far a job is and how it ended: beside the queue's table, whose rows would be copied by each step of each job.
create table job_reports (
  owner_id uuid not null,
  job_id bigint not null references procrastinate_jobs on delete cascade,
  video_id uuid,  -- what it is about, as soon as that is known
  step text,
  share real,  -- of the step that is done, 0 to 1
  outcome text,
  reason text,
  failures int not null default 0,
  deaths int not null default 0,  -- times that the worker died at it
  runner text,  -- application_name of the sessions of the process that runs it
  primary key (owner_id, job_id)
);
create index on job_reports (job_id);
create index on job_reports (owner_id, video_id);

-- Not forced: when a worker goes, its jobs lose its number by a foreign key, and triggers then write as the tables' owner.
alter table procrastinate_jobs enable row level security;
create policy own on procrastinate_jobs using (args->>'owner_id' = nullif(current_setting('scenedex.owner_id', true), ''));
create policy operator on procrastinate_jobs to scenedex_operator using (true);

alter table procrastinate_events enable row level security;
create policy own on procrastinate_events using (exists (select from procrastinate_jobs j where j.id = job_id));
create policy operator on procrastinate_events to scenedex_operator using (true);

alter table job_reports enable row level security;
alter table job_reports force row level security;
create policy own on job_reports using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on job_reports to scenedex_operator using (true);

grant select, insert, update on procrastinate_jobs, job_reports to scenedex_app;
grant select, insert on procrastinate_events to scenedex_app;
grant usage on sequence procrastinate_jobs_id_seq, procrastinate_events_id_seq to scenedex_app;
grant select, insert, update, delete on
  procrastinate_jobs, procrastinate_events, procrastinate_workers, procrastinate_periodic_defers, job_reports
  to scenedex_operator;
grant usage on sequence procrastinate_jobs_id_seq, procrastinate_events_id_seq, procrastinate_workers_id_seq,
  procrastinate_periodic_defers_id_seq to scenedex_operator;

-- Someone or something that an owner has named.
create table entities (
  owner_id uuid not null,
  id uuid not null,
  name text not null,
  folded text not null,  -- the name without case: two that differ in that alone are the same
  made_at timestamptz not null default now(),
  primary key (owner_id, id),
  unique (owner_id, folded)
);

-- What it looks like. One that was cut out of a video goes with the video.
create table entity_examples (
  owner_id uuid not null,
  entity_id uuid not null,
  id uuid not null,
  picture bytea not null,  -- JPEG of the crop: to be seen, and for a model to come
  space_id int not null,  -- of the model that embedded it
  vector halfvec not null,
  video_id uuid,
  t_s float8,
  box float8[],
  -- what cosine chance gives: in which space, when it had how many vectors, and how so many of these lay
  chance_space int,
  chance_vectors bigint,
  chance_seen int,
  chance_mean float8,
  chance_spread float8,
  made_at timestamptz not null default now(),
  primary key (owner_id, entity_id, id),
  foreign key (owner_id, entity_id) references entities on delete cascade,
  foreign key (owner_id, video_id) references videos on delete cascade,
  check (l2_norm(vector) > 0)
);
create index on entity_examples (owner_id, video_id);

-- What is normal: the mean of keyframes. One that is of a single video goes with it.
create table baselines (
  owner_id uuid not null,
  id uuid not null,
  name text not null,
  folded text not null,
  space_id int not null,
  vector halfvec not null,
  pictures int not null check (pictures > 0),
  made_of jsonb not null default '{}',
  video_id uuid,
  made_at timestamptz not null default now(),
  primary key (owner_id, id),
  unique (owner_id, folded),
  foreign key (owner_id, video_id) references videos on delete cascade,
  check (l2_norm(vector) > 0)
);
create index on baselines (owner_id, video_id);

alter table entities enable row level security;
alter table entities force row level security;
create policy own on entities using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on entities to scenedex_operator using (true);

alter table entity_examples enable row level security;
alter table entity_examples force row level security;
create policy own on entity_examples using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on entity_examples to scenedex_operator using (true);

alter table baselines enable row level security;
alter table baselines force row level security;
create policy own on baselines using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on baselines to scenedex_operator using (true);

grant select, insert, update, delete on entities, entity_examples, baselines to scenedex_app, scenedex_operator;

-- What is to be told of a video beside itself: its jobs that wait, run or failed. Those that are done are many more.
create index procrastinate_jobs_open on procrastinate_jobs ((args->>'owner_id'), id) where status in ('todo', 'doing', 'failed');
-- In which languages something is said or written: read by skipping from one to the next.
create index captions_languages on captions (owner_id, language);
create index captions_speakers on captions (owner_id, speaker_folded, video_id) where speaker_folded is not null;

-- Files whose videos were forgotten by a rule while they still lay there: a watched folder is not to bring them back.
create table forgotten_files (
  owner_id uuid not null,
  path_hash bytea not null,  -- as in files
  size_bytes bigint not null,
  mtime_ns bigint not null,
  forgotten_at timestamptz not null default now(),
  primary key (owner_id, path_hash)
);

alter table forgotten_files enable row level security;
alter table forgotten_files force row level security;
create policy own on forgotten_files using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on forgotten_files to scenedex_operator using (true);

grant select, insert, update, delete on forgotten_files to scenedex_app, scenedex_operator;

-- Searches that are asked of each new video. `request`: as scenedex.store.saved has it.
create table saved_searches (
  owner_id uuid not null,
  id uuid not null,
  name text not null,
  folded text not null,  -- the name without case: two that differ in that alone are the same
  request jsonb not null,
  webhook text,
  secret text not null default '',  -- with which what is sent is signed
  failures int not null default 0,  -- sendings that failed since the last that did not
  stopped text,  -- why nothing is sent any more; null: it is
  made_at timestamptz not null default now(),
  last_seen_at timestamptz,  -- when it last found something
  primary key (owner_id, id),
  unique (owner_id, folded)
);

-- What each found: a scene is told once, also when its video is indexed again, which makes its scenes anew.
create table saved_hits (
  owner_id uuid not null,
  search_id uuid not null,
  scene_id uuid not null,
  video_id uuid not null,
  hit jsonb not null,
  found_at timestamptz not null default now(),
  primary key (owner_id, search_id, scene_id),
  foreign key (owner_id, search_id) references saved_searches on delete cascade,
  foreign key (owner_id, video_id) references videos on delete cascade
);
create index saved_hits_latest on saved_hits (owner_id, search_id, found_at);
create index saved_hits_videos on saved_hits (owner_id, video_id);

-- Videos of which something is new that saved searches have not been asked about.
create table fresh_videos (
  owner_id uuid not null,
  video_id uuid not null,
  change uuid not null,  -- another with each change
  since timestamptz not null default now(),
  tries int not null default 0,  -- how often searches were asked while something could not be compared
  due_at timestamptz not null default now(),  -- when they are asked again
  primary key (owner_id, video_id),
  foreign key (owner_id, video_id) references videos on delete cascade
);

-- What is to be sent, and when the next time.
create table deliveries (
  owner_id uuid not null,
  id uuid not null,
  search_id uuid not null,
  body text not null,
  state text not null default 'waiting' check (state in ('waiting', 'sent', 'failed')),
  attempts int not null default 0,
  due_at timestamptz not null default now(),
  reason text,
  made_at timestamptz not null default now(),
  primary key (owner_id, id),
  foreign key (owner_id, search_id) references saved_searches on delete cascade
);
create index deliveries_due on deliveries (due_at) where state = 'waiting';
create index deliveries_searches on deliveries (owner_id, search_id, made_at);

alter table saved_searches enable row level security;
alter table saved_searches force row level security;
create policy own on saved_searches using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on saved_searches to scenedex_operator using (true);

alter table saved_hits enable row level security;
alter table saved_hits force row level security;
create policy own on saved_hits using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on saved_hits to scenedex_operator using (true);

alter table fresh_videos enable row level security;
alter table fresh_videos force row level security;
create policy own on fresh_videos using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on fresh_videos to scenedex_operator using (true);

alter table deliveries enable row level security;
alter table deliveries force row level security;
create policy own on deliveries using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on deliveries to scenedex_operator using (true);

grant select, insert, update, delete on saved_searches, saved_hits, fresh_videos, deliveries to scenedex_app, scenedex_operator;

-- What people say about captions. `captions` is what is shown and searched; where somebody has corrected something, what
-- the video itself says lies beside it.
create table caption_originals (
  owner_id uuid not null,
  video_id uuid not null,
  origin text not null,
  language text not null default '',
  index int not null,
  start_s float8 not null,
  end_s float8 not null,
  text text not null,
  measures jsonb not null default '{}',
  speaker text,
  primary key (owner_id, video_id, origin, language, index),
  foreign key (owner_id, video_id) references videos on delete cascade
);

-- Which caption is meant is said by what stood there, and where: a video that is indexed again has it again.
create table corrections (
  owner_id uuid not null,
  video_id uuid not null,
  id uuid not null,
  origin text not null,
  language text not null default '',
  start_s float8 not null,
  end_s float8 not null,
  original text,  -- null: nothing stood there, it is added
  text text,  -- null: nothing stands there now
  made_by text not null default '',
  made_at timestamptz not null default now(),
  primary key (owner_id, video_id, id),
  foreign key (owner_id, video_id) references videos on delete cascade,
  check (original is not null or text is not null),
  check (end_s >= start_s)
);

alter table caption_originals enable row level security;
alter table caption_originals force row level security;
create policy own on caption_originals using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on caption_originals to scenedex_operator using (true);

alter table corrections enable row level security;
alter table corrections force row level security;
create policy own on corrections using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on corrections to scenedex_operator using (true);

grant select, insert, update, delete on caption_originals, corrections to scenedex_app, scenedex_operator;

-- What people say about scenes. A row names a time in a video, not a scene: whichever scene covers that time has it, also
-- when the video is cut into other scenes one day.
create table scene_tags (
  owner_id uuid not null,
  video_id uuid not null,
  tag text not null,
  t_s float8 not null,
  made_at timestamptz not null default now(),
  primary key (owner_id, video_id, tag, t_s),
  foreign key (owner_id, video_id) references videos on delete cascade
);

create table scene_notes (
  owner_id uuid not null,
  video_id uuid not null,
  id uuid not null,
  t_s float8 not null,
  text text not null,
  made_by text not null default '',
  made_at timestamptz not null default now(),
  primary key (owner_id, video_id, id),
  foreign key (owner_id, video_id) references videos on delete cascade
);

-- Scenes that somebody has put together under a name, in an order of their own.
create table bins (
  owner_id uuid not null,
  id uuid not null,
  name text not null,
  folded text not null,  -- the name without case: two that differ in that alone are the same
  made_at timestamptz not null default now(),
  primary key (owner_id, id),
  unique (owner_id, folded)
);

create table bin_scenes (
  owner_id uuid not null,
  bin_id uuid not null,
  video_id uuid not null,
  t_s float8 not null,
  position int not null,
  primary key (owner_id, bin_id, video_id, t_s),
  foreign key (owner_id, bin_id) references bins on delete cascade,
  foreign key (owner_id, video_id) references videos on delete cascade
);
create index on bin_scenes (owner_id, video_id);

alter table scene_tags enable row level security;
alter table scene_tags force row level security;
create policy own on scene_tags using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on scene_tags to scenedex_operator using (true);

alter table scene_notes enable row level security;
alter table scene_notes force row level security;
create policy own on scene_notes using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on scene_notes to scenedex_operator using (true);

alter table bins enable row level security;
alter table bins force row level security;
create policy own on bins using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on bins to scenedex_operator using (true);

alter table bin_scenes enable row level security;
alter table bin_scenes force row level security;
create policy own on bin_scenes using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on bin_scenes to scenedex_operator using (true);

grant select, insert, update, delete on scene_tags, scene_notes, bins, bin_scenes to scenedex_app, scenedex_operator;
