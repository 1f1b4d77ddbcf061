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
