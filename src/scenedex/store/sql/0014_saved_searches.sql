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
