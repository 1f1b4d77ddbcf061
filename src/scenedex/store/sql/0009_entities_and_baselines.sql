-- Spaces of overlapping parts of keyframes: a crop is compared with them.
alter table spaces drop constraint spaces_modality_check;
alter table spaces add constraint spaces_modality_check check (modality in ('visual', 'audio', 'text', 'scene', 'region'));

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
